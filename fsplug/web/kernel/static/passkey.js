// [data-passkey="get"] proves, and [data-passkey="create"] makes, a passkey; the answer goes with the form it is in.

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const listed = (credentials) => credentials?.map((one) => ({ ...one, id: bytes(one.id) }));

function read({ publicKey: options }) {
  const read = { ...options, challenge: bytes(options.challenge) };
  if (options.user) read.user = { ...options.user, id: bytes(options.user.id) };
  if (options.allowCredentials) read.allowCredentials = listed(options.allowCredentials);
  if (options.excludeCredentials) read.excludeCredentials = listed(options.excludeCredentials);
  return read;
}

function written({ rawId, type, response }) {
  const parts = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
  const there = parts.filter((name) => response[name]).map((name) => [name, text(response[name])]);
  return JSON.stringify({ id: text(rawId), rawId: text(rawId), type, response: Object.fromEntries(there) });
}

async function asked(box) {
  if (box.dataset.options) return { options: JSON.parse(box.dataset.options) };
  const answer = await fetch(box.dataset.ask, { method: "POST", headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`${answer.status}`);
  return answer.json();
}

async function press(box) {
  const form = box.closest("form");
  const trouble = box.querySelector("[data-trouble]");
  trouble.textContent = "";
  if (box.dataset.passkey === "create" && !form.reportValidity()) return;
  try {
    const { options, challenge } = await asked(box);
    const publicKey = read(options);
    const made = await navigator.credentials[box.dataset.passkey]({ publicKey });
    if (challenge) box.querySelector("[data-challenge]").value = challenge;
    box.querySelector("[data-answer]").value = written(made);
    // A browser fills in passwords by itself: one that nobody typed must not be tried.
    for (const field of form.querySelectorAll("[type=password]")) field.value = "";
    form.submit();
  } catch {
    trouble.textContent = box.dataset.failed;
  }
}

if (window.PublicKeyCredential) {
  for (const box of document.querySelectorAll("[data-passkey]")) {
    box.hidden = false;
    const button = box.querySelector("button");
    button.addEventListener("click", async () => {
      button.disabled = true;
      await press(box);
      button.disabled = false;
    });
  }
}
