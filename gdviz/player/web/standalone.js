// A page of its own: the scenes lie beside the script, as base64 in inert script elements.

import { mount } from "./mount.js";

export function playStandalone() {
  const scenes = [.../** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll('script[type="application/x-gdviz-scene"]'))]
    .map((node) => ({ id: node.dataset.scene, bytes_b64: node.textContent.trim() }));
  const selection = JSON.parse(document.getElementById("gdviz-selection").textContent);
  mount(document.getElementById("gdviz"), scenes, { selection });
}
