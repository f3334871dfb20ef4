// Passkeys: on /sign-in to come in with one, on /passkeys to add one. Without this both pages go on with links.
(() => {
  "use strict";
  const part = document.querySelector("[data-passkey]");
  if (!part || !window.PublicKeyCredential?.parseCreationOptionsFromJSON) return;
  const adding = part.dataset.passkey === "add";
  const path = adding ? "/passkeys" : "/sign-in/passkey";
  const lang = new URLSearchParams(location.search).get("lang");
  const button = part.querySelector("button");
  const failed = part.querySelector("[data-passkey-failed]");

  async function post(to, body) {
    const answer = await fetch(to + (lang ? "?" + new URLSearchParams({ lang }) : ""), {
      method: "POST",
      headers: { Accept: "application/json", "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${to}: ${answer.status}`);
    return answer.json();
  }

  async function ceremony() {
    const options = await post(`${path}/options`, {});
    const credential = adding
      ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
      : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
    location.assign((await post(path, credential.toJSON())).location);
  }

  button.addEventListener("click", async () => {
    button.disabled = true;
    failed.hidden = true;
    try {
      await ceremony();
    } catch {
      failed.hidden = false;
      button.disabled = false;
      button.focus();
    }
  });
  part.hidden = false;
})();
