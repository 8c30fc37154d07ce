// Tells the page which view its address holds: the player writes it there, and a server is not told of it.

/** @type {(given: {data: {view: string}, setStateValue: (name: string, value: string) => void}) => void} */
export function tellView({ data, setStateValue }) {
  const view = new URLSearchParams(location.search).get("view") ?? "";
  if (view !== data.view) setStateValue("view", view);
}
