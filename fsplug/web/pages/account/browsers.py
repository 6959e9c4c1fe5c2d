"""What people call a browser, by what it says of itself."""

import re

# In this order: many name others, too, which sites once looked for. Those of Apple's phones have names of their own.
_BROWSERS = (
    (re.compile(r"\bEdg(?:e|A|iOS)?/"), "Edge"),
    (re.compile(r"\bOPR/|\bOPT/"), "Opera"),
    (re.compile(r"\bSamsungBrowser/"), "Samsung Internet"),
    (re.compile(r"\b(?:Firefox|FxiOS)/"), "Firefox"),
    (re.compile(r"\b(?:HeadlessChrome|Chrome|CriOS|Chromium)/"), "Chrome"),
    (re.compile(r"\bVersion/.* Safari/"), "Safari"),
)
_SYSTEMS = (
    (re.compile(r"\biPhone\b"), "iPhone"),
    (re.compile(r"\biPad\b"), "iPad"),
    (re.compile(r"\bAndroid\b"), "Android"),
    (re.compile(r"\bWindows\b"), "Windows"),
    (re.compile(r"\bCrOS\b"), "ChromeOS"),
    (re.compile(r"\bMac OS X\b"), "macOS"),
    (re.compile(r"\bLinux\b"), "Linux"),
)


def browser_name(agent: str) -> str:
    """Such as "Chrome, Windows", from the header User-Agent; the header itself if the browser is not known."""
    browser = next((name for sign, name in _BROWSERS if sign.search(agent)), None)
    system = next((name for sign, name in _SYSTEMS if sign.search(agent)), None)
    return ", ".join(filter(None, (browser, system))) if browser else agent
