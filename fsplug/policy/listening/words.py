"""What people are told about listening in, in Danish, Swedish and English."""

from collections.abc import Mapping, Sequence

from fsplug.policy.listening.gate import Reason

FALLBACK_LANGUAGE = "en"

# By language; also what the prompts `listen-CODE` say.
REASONS: Mapping[Reason, Mapping[str, str]] = {
    Reason.NOT_IDENTIFIED: {
        "da": "Du kan ikke lytte med. Nummeret du ringer fra, er ikke kendt.",
        "sv": "Du kan inte lyssna. Numret du ringer från är inte känt.",
        "en": "You can't listen in. The number you call from is not known.",
    },
    Reason.DEVICE: {
        "da": "Du kan ikke lytte med fra appen.",
        "sv": "Du kan inte lyssna från appen.",
        "en": "You can't listen in from the app.",
    },
    Reason.LISTENER_LICENCE: {
        "da": "Du kan ikke lytte med. Du mangler licensen.",
        "sv": "Du kan inte lyssna. Du saknar licensen.",
        "en": "You can't listen in. You lack the licence.",
    },
    Reason.LISTENER_RIGHT: {
        "da": "Du har ikke ret til at lytte med.",
        "sv": "Du har inte behörighet att lyssna.",
        "en": "You don't have the right to listen in.",
    },
    Reason.UNKNOWN_PERSON: {
        "da": "Du kan ikke lytte med. Nummeret tilhører ingen kollega.",
        "sv": "Du kan inte lyssna. Numret tillhör ingen kollega.",
        "en": "You can't listen in. The number belongs to no colleague.",
    },
    Reason.OTHER_COMPANY: {
        "da": "Du kan ikke lytte med. Nummeret tilhører ingen kollega.",
        "sv": "Du kan inte lyssna. Numret tillhör ingen kollega.",
        "en": "You can't listen in. The number belongs to no colleague.",
    },
    Reason.ONESELF: {
        "da": "Du kan ikke lytte med på dig selv.",
        "sv": "Du kan inte lyssna på dig själv.",
        "en": "You can't listen in on yourself.",
    },
    Reason.LINE_BUSY: {
        "da": "Afslut først din egen samtale.",
        "sv": "Avsluta ditt eget samtal först.",
        "en": "End your own call first.",
    },
    Reason.TARGET_LICENCE: {
        "da": "Du kan ikke lytte med. Din kollega mangler licensen.",
        "sv": "Du kan inte lyssna. Din kollega saknar licensen.",
        "en": "You can't listen in. Your colleague lacks the licence.",
    },
    Reason.NOT_IN_CALL: {
        "da": "Din kollega taler ikke i telefon.",
        "sv": "Din kollega talar inte i telefon.",
        "en": "Your colleague is not in a call.",
    },
    Reason.PROFILE: {
        "da": "Din kollega tillader ikke medlytning nu.",
        "sv": "Din kollega tillåter inte medlyssning nu.",
        "en": "Your colleague doesn't allow listening in now.",
    },
    Reason.COLLEAGUE: {
        "da": "Den anden kollega i samtalen tillader ikke medlytning.",
        "sv": "Den andra kollegan i samtalet tillåter inte medlyssning.",
        "en": "The other colleague in the call doesn't allow listening in.",
    },
    Reason.NOT_TOLD: {
        "da": "Du kan ikke lytte med. Din kollega kunne ikke få besked.",
        "sv": "Du kan inte lyssna. Din kollega kunde inte meddelas.",
        "en": "You can't listen in. Your colleague could not be told.",
    },
    Reason.UNAVAILABLE: {
        "da": "Medlytning er ikke mulig lige nu. Prøv igen senere.",
        "sv": "Medlyssning är inte möjlig just nu. Försök igen senare.",
        "en": "Listening in is not possible just now. Try again later.",
    },
}
# What the person's own phone shows, after the names of those who listen.
_LISTENING: Mapping[str, str] = {"da": "lytter med", "sv": "lyssnar", "en": "listening"}


def in_words(reason: Reason, language: str) -> str:
    """The reason in this language, or in English."""
    return REASONS[reason].get(language.partition("-")[0], REASONS[reason][FALLBACK_LANGUAGE])


def prompt(reason: Reason) -> str:
    """The name of the prompt that says it, without its ending."""
    return f"listen-{reason}"


def shown(names: Sequence[str], language: str) -> str:
    """What the person listened to sees: who listens."""
    said = _LISTENING.get(language.partition("-")[0], _LISTENING[FALLBACK_LANGUAGE])
    return f"{', '.join(names)} {said}"
