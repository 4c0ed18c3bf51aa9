// The shopper's phone beside the machine: what can be done with it now, as buttons. Shown where somebody plays it.

const CAN = {  // in each state: what is done, and what its button says
  showing_code: [["pay", "pay"], ["decline", "decline"], ["lapse", "lapse"]],
  scanning: [["hold", "hold"], ["hold_asking", "hold_asking"], ["hold_empty", "hold_empty"]],
  paying: [["pay", "agree"], ["decline", "refuse"]],
};
const STATIC = [["pay", "pay"]];  // of the static code nothing lapses, and nobody is asked

export function phone(pane, send) {
  const tells = pane.querySelector("#tells"), deeds = pane.querySelector("#deeds");
  let shown = "";

  async function does(deed, button) {
    button.disabled = true;
    await send("/api/phone", JSON.stringify({does: deed}), "application/json");
    button.disabled = false;
  }

  return {
    async look() {
      const answer = await fetch("/api/phone").catch(() => null);
      const there = answer?.ok && (await answer.json()).there;
      pane.hidden = !there;
      document.body.classList.toggle("played", Boolean(there));
    },
    show(state, words) {
      const can = state.qr && state.product === "ENTRY_CODE" ? STATIC : CAN[state.state] ?? [];
      const now = JSON.stringify([state.state, can, words.phone]);
      tells.textContent = words.tells[state.state] ?? "";
      if (now === shown) return;  // a button that is being pressed stays the same one
      shown = now;
      deeds.replaceChildren(...can.map(([deed, label], number) => {
        const button = document.createElement("button");
        button.type = "button";
        button.dataset.does = deed;
        button.textContent = words.deeds[label];
        button.className = number ? "" : "first";
        button.addEventListener("click", () => does(deed, button));
        return button;
      }));
    },
  };
}
