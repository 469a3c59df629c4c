/*
 * <compare-keys>: the compare page by keyboard, wherever the focus is.
 *
 * Holds a <dialog> that lists the keys, with a checkbox that turns them off (remembered on this device).
 * Arrows, digits and Delete go to the slider that has the focus, else to the first; Enter saves. Any other key clicks the
 * element that bears it: data-key="s". Keys that a link, a button or a field understands by itself are left to it.
 */
import { read, write } from "./kept-open.js";

const FOR_SLIDER = /^(\d|Arrow(Left|Right)|Delete|Backspace)$/;
const OFF = "keys:off";

class CompareKeys extends HTMLElement {
    connectedCallback() {
        this.dialog = this.querySelector("dialog");
        this.box = this.querySelector("input");
        this.box.checked = read(OFF) !== "1";
        this.box.addEventListener("change", () => write(OFF, this.box.checked ? "0" : "1"));
        this.ears = new AbortController();
        const { signal } = this.ears;
        document.addEventListener("keydown", (event) => this.press(event), { signal });
        document.addEventListener("click", (event) => this.open(event), { signal });
    }

    disconnectedCallback() {
        this.ears.abort();
    }

    open(event) {
        if (event.target.closest("[data-key='?']")) {
            this.dialog.showModal();
        }
    }

    press(event) {
        const modified = event.ctrlKey || event.altKey || event.metaKey || event.repeat;
        if (modified || event.defaultPrevented || this.dialog.open || !this.box.checked) {
            return;
        }
        if (event.target.closest("input:not([type=range]), select, textarea")) {
            return;
        }
        if (FOR_SLIDER.test(event.key)) {
            this.toSlider(event);
        } else if (event.key === "Enter") {
            this.save(event);
        } else {
            this.click(event);
        }
    }

    toSlider(event) {
        const slider = event.target.closest("judge-slider") ?? document.querySelector("judge-slider");
        if (!slider || event.target === slider.range) {
            return; // a range hears its keys by itself
        }
        event.preventDefault();
        slider.range.focus();
        const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
        slider.choose(step ? slider.beside(step) : slider.meaning(event.key));
    }

    save(event) {
        const judged = document.querySelector("judge-slider:not([data-state=untouched])");
        if (judged && !event.target.closest("a, button, summary")) {
            event.preventDefault();
            judged.select.form.requestSubmit();
        }
    }

    click(event) {
        const key = CSS.escape(event.key.toLowerCase());
        const target = event.key.length === 1 && document.querySelector(`[data-key="${key}"]`);
        if (target) {
            event.preventDefault();
            target.click();
        }
    }
}

customElements.define("compare-keys", CompareKeys);
