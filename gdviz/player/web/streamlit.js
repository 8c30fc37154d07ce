// The Streamlit component: called at every rerun of the page with the same element.

import { mount } from "./mount.js";
/** @import { Host } from "./mount.js" */

/** @type {(given: {data: any, parentElement: Host}) => () => void} */
export function showComponent({ data, parentElement }) {
  const { scenes, selection, base } = data ?? {};
  const player = mount(parentElement, scenes ?? [], { selection, base });
  return () => player.destroy();
}
