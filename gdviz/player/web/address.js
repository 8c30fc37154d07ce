// The page's address, where a page stands around the player: what is open, and the view. A change of what is open is a place to go
// back to; a change of the view is not. Only this module and view.js write it.

/**
 * What is open, as the address names it, and the address that the page has answered last (see below).
 * @typedef {{open: Record<string, string>, went: string}} Given
 */

const KEPT = ["view", "lock", "hide", "step", "note", "embed", "embed_options"]; // what does not say what is open

// Calls `onWent` with the query of an address that the reader went back or forward to, and hears from `keep` what is open then.
export class Address {
  /** @param {(query: string) => void} onWent */
  constructor(onWent) {
    this.place = location.pathname;
    this.written = false;
    /** @type {string | null} */
    this.waiting = null; // the query that the page has not answered yet
    this.heard = (/** @type {PopStateEvent} */ event) => {
      if (location.pathname !== this.place) return; // another page of the program
      event.stopImmediatePropagation(); // else Streamlit draws the page as well, with what was open before
      this.waiting = location.search;
      onWent(location.search);
    };
    window.addEventListener("popstate", this.heard, true);
  }

  /** @type {(given: Given) => void} */
  keep({ open, went }) {
    if (location.pathname !== this.place) return;
    if (this.waiting !== null && went !== this.waiting) return; // drawn before the page heard of it
    const going = this.waiting !== null;
    this.waiting = null;
    const address = new URL(location.href);
    const before = [...address.searchParams];
    const kept = before.filter(([name]) => KEPT.includes(name));
    const same = before.length === kept.length + Object.keys(open).length && Object.entries(open).every(([name, value]) => address.searchParams.get(name) === value);
    if (!same) {
      address.search = String(new URLSearchParams([...Object.entries(open), ...kept]));
      if (this.written && !going) history.pushState({}, "", address);
      else history.replaceState(history.state, "", address);
    }
    this.written = true;
  }

  stop() { window.removeEventListener("popstate", this.heard, true); }
}
