// The Streamlit component: called at every rerun of the page with the same element.

import { mount } from "./mount.js";
/** @import { Source } from "./load.js" */
/** @import { Host } from "./mount.js" */
/** @import { Selection } from "./view.js" */

/** @import { Given } from "./address.js" */

/**
 * @typedef {{scenes?: Source[], selection?: Selection | null, base?: string, stale?: string, address?: Given}} ComponentData
 * @typedef {(name: string, value: string) => void} SetTrigger
 */

/** @type {(given: {data: ComponentData | null, parentElement: Host, setTriggerValue: SetTrigger}) => () => void} */
export function showComponent({ data, parentElement, setTriggerValue }) {
  const { scenes, selection, base, stale, address } = data ?? {};
  const player = mount(parentElement, scenes ?? [], {
    selection, base, within: true, stale, address,
    onWent: (query) => setTriggerValue("went", query), onEdit: (experiment) => setTriggerValue("edited", JSON.stringify(experiment)),
  });
  return () => player.destroy();
}
