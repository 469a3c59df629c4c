/*
 * <kept-open data-key="NAME">: remembers on this device whether its <details> is open, and opens it again.
 * Only what the reader does is remembered, not what the page opens by itself.
 */
class KeptOpen extends HTMLElement {
    connectedCallback() {
        const details = this.querySelector("details");
        const key = `open:${this.dataset.key}`;
        details.open ||= read(key) === "1";
        // The click comes before the change.
        details.querySelector("summary").addEventListener("click", () => write(key, details.open ? "0" : "1"));
    }
}

/* Storage may be forbidden: then nothing is remembered. */
export function read(key) {
    try {
        return localStorage.getItem(key);
    } catch {
        return null;
    }
}

export function write(key, value) {
    try {
        localStorage.setItem(key, value);
    } catch {
        // As above.
    }
}

customElements.define("kept-open", KeptOpen);
