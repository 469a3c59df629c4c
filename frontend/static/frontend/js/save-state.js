/*
 * <save-state>: says beside the button that the form around it is being saved, or that it was not.
 *
 * data-pending: words while no answer came for a moment; data-failed: words when none came at all, or an error. What was
 * entered stays in the form, as htmx puts nothing else in its place then. Needs role="status" to be read aloud.
 */
const MOMENT = 400; // milliseconds

class SaveState extends HTMLElement {
    connectedCallback() {
        const form = this.closest("form");
        const hear = (name, act) => form.addEventListener(name, (event) => event.detail.elt === form && act());
        hear("htmx:beforeRequest", () => this.wait());
        hear("htmx:afterRequest", () => clearTimeout(this.timer));
        for (const name of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
            hear(name, () => this.say("failed"));
        }
    }

    wait() {
        this.textContent = "";
        this.timer = setTimeout(() => this.say("pending"), MOMENT);
    }

    say(state) {
        clearTimeout(this.timer);
        this.dataset.state = state;
        this.textContent = this.dataset[state];
    }
}

customElements.define("save-state", SaveState);
