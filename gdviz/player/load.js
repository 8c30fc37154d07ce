// Getting a scene: by its cacheable address first, else from the bytes that came along. Decoded once.

class GdvizLibrary {
  constructor() { this.scenes = new Map(); }

  // source: {id, url?, bytes?, bytes_b64?}
  get(source, base = "") {
    if (!this.scenes.has(source.id)) {
      const loading = gdvizFetch(source, base).catch((error) => {
        this.scenes.delete(source.id); // so that the next rerun may try again
        throw error;
      });
      this.scenes.set(source.id, loading);
    }
    return this.scenes.get(source.id);
  }

  // A link may name scenes that the page did not send. Where scenes have addresses, theirs follow the same pattern.
  async recall(pins, scenes, source, base) {
    const found = await Promise.allSettled(pins.map(async (pin) => {
      const here = scenes.find((scene) => scene.id === pin.id);
      if (here) return here;
      if (!source.url || !pin.id) throw new Error(`The link's panel ${pin.id} is not on this page.`);
      return this.get({ id: pin.id, url: source.url.replace(source.id, pin.id) }, base);
    }));
    return found.flatMap((result, i) => (result.status === "fulfilled" ? [{ scene: result.value, w: pins[i].w }] : []));
  }

  keep(ids) { // a long session visits many scenes; keep those on stage and the latest few
    for (const id of [...this.scenes.keys()].slice(0, -6)) if (!ids.includes(id)) this.scenes.delete(id);
  }
}

async function gdvizFetch(source, base) {
  let problem = null;
  if (source.url) {
    try {
      const answer = await fetch(new URL(base + source.url, document.baseURI), { cache: "force-cache" });
      if (!answer.ok) throw new Error(`The animation could not be fetched: the server answered ${answer.status}.`);
      return await gdvizDecode(await answer.arrayBuffer());
    } catch (error) {
      problem = error instanceof TypeError ? new Error("The animation could not be fetched: the server did not answer.") : error;
    }
  }
  if (source.bytes) return gdvizDecode(source.bytes);
  if (source.bytes_b64) return gdvizDecode(Uint8Array.from(atob(source.bytes_b64), (c) => c.charCodeAt(0)));
  throw problem ?? new Error("There is no animation to show: the scene came without bytes or address.");
}

// What the page sends: raw bytes of one scene, or {scenes: [...], selection, base}.
function gdvizSources(data) {
  if (data instanceof ArrayBuffer || ArrayBuffer.isView(data)) {
    const bytes = data instanceof ArrayBuffer ? new Uint8Array(data) : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    return { scenes: [{ id: gdvizSceneHeader(bytes).header.id, bytes }], selection: null, base: "" };
  }
  return { scenes: data?.scenes ?? [], selection: data?.selection ?? null, base: data?.base ?? "" };
}
