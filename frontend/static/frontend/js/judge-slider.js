/*
 * <judge-slider>: a slider for a judgment that counts only once it is touched.
 *
 * Holds a <select>, which is what the form sends (its empty option: not judged; the others: -10 to 10), and a
 * <template> with the slider: an <output>, an <input type="range"> and buttons with data-choose="VALUE".
 * Without JavaScript the select is all there is. The words of a value are those of the select's option.
 *
 * Keys on the range: arrows, Page up/down, Home, End as ever; 1 to 9: from one end to the other; Space or 0: equal;
 * Delete: do not judge; Enter: save.
 */
class JudgeSlider extends HTMLElement {
    connectedCallback() {
        if (this.range) {
            return;
        }
        this.select = this.querySelector("select");
        this.append(this.querySelector("template").content.cloneNode(true));
        this.select.closest(".choice").hidden = true;
        this.range = this.querySelector("input[type=range]");
        this.output = this.querySelector("output");
        this.listen();
        this.show();
    }

    listen() {
        this.range.addEventListener("input", () => this.choose(this.range.value));
        // A click on the thumb where it rests moves nothing, yet means "equal".
        this.range.addEventListener("click", () => this.choose(this.range.value));
        this.range.addEventListener("keydown", (event) => this.press(event));
        for (const button of this.querySelectorAll("[data-choose]")) {
            button.addEventListener("click", () => {
                this.choose(button.dataset.choose);
                this.range.focus();
            });
        }
    }

    press(event) {
        if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) {
            return;
        }
        const value = this.meaning(event.key);
        if (value !== undefined) {
            event.preventDefault();
            this.choose(value);
        } else if (event.key === "Enter" && !event.repeat) {
            event.preventDefault();
            this.select.form.requestSubmit();
        }
    }

    /* The value that a key means, if it means one. */
    meaning(key) {
        if (/^[1-9]$/.test(key)) {
            const lead = Number(key) - 5;
            return String(Math.sign(lead) * Math.round(Math.abs(lead) * 2.5));
        }
        return { " ": "0", 0: "0", Delete: "", Backspace: "" }[key];
    }

    beside(step) {
        const { value, min, max } = this.range;
        return String(Math.min(Math.max(Number(value) + step, Number(min)), Number(max)));
    }

    choose(value) {
        this.select.value = value;
        this.show();
        this.dispatchEvent(new CustomEvent("judged", { bubbles: true, detail: { value } }));
    }

    show() {
        const value = this.select.value;
        const words = this.select.selectedOptions[0].textContent.trim();
        const lead = Number(value);
        this.range.value = value || "0";
        this.range.setAttribute("aria-valuetext", words);
        this.output.textContent = words;
        this.dataset.state = value === "" ? "untouched" : lead < 0 ? "a" : lead > 0 ? "b" : "equal";
        this.style.setProperty("--value", String(lead));
        this.querySelector("[data-choose='']").hidden = value === "";
        this.querySelector("[data-choose='0']").setAttribute("aria-pressed", String(value === "0"));
    }
}

customElements.define("judge-slider", JudgeSlider);
