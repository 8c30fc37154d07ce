// The page's doors to the player. In Streamlit the component's function is called at every rerun with the
// same parent: the player kept there goes on playing, and looks at the data only for new scene ids.

function gdvizMount({ data, parentElement }) {
  let player = parentElement.gdviz;
  if (!player?.attached()) { // the page may have replaced what it had mounted
    player?.destroy();
    parentElement.querySelector?.(".gv-waiting")?.remove();
    player = parentElement.gdviz = gdvizPlayer(parentElement);
  }
  player.update(data);
  return () => {
    player.destroy();
    if (parentElement.gdviz === player) delete parentElement.gdviz;
  };
}

// In a standalone page the scenes lie beside the script, as base64 in inert script elements.
function gdvizStandalone() {
  const scenes = [...document.querySelectorAll('script[type="application/x-gdviz-scene"]')]
    .map((node) => ({ id: node.dataset.scene, bytes_b64: node.textContent.trim() }));
  const selection = JSON.parse(document.getElementById("gdviz-selection").textContent);
  gdvizMount({ data: { scenes, selection, base: "" }, parentElement: document.getElementById("gdviz") });
}
