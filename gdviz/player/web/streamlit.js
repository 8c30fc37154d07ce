// The Streamlit component: called at every rerun of the page with the same element.

import { mount } from "./mount.js";
/** @import { Source } from "./load.js" */
/** @import { Host } from "./mount.js" */
/** @import { Selection } from "./view.js" */

/** @typedef {{scenes?: Source[], selection?: Selection | null, base?: string}} ComponentData */

/** @type {(given: {data: ComponentData | null, parentElement: Host, setTriggerValue?: (name: string, value: string) => void}) => () => void} */
export function showComponent({ data, parentElement, setTriggerValue }) {
  const { scenes, selection, base } = data ?? {};
  const player = mount(parentElement, scenes ?? [], {
    selection, base, onEdit: (experiment) => setTriggerValue?.("edited", JSON.stringify(experiment)),
  });
  return () => player.destroy();
}
