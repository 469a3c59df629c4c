/*
 * Says so when an answer to htmx did not come or was an error: the page itself would stay silent.
 * What asks again and again stops asking then.
 */
const trouble = document.getElementById("trouble");

function tell(event, words) {
    trouble.textContent = words;
    trouble.hidden = false;
    stop(event.detail.elt);
}

/* Our error pages say in words what is wrong. */
function reason(text) {
    const page = new DOMParser().parseFromString(text, "text/html");
    return page.getElementById("error")?.textContent.trim();
}

/* htmx asks again as long as the element is there: a copy that htmx does not know takes its place. */
function stop(element) {
    if (element.getAttribute("hx-trigger")?.startsWith("every")) {
        const still = element.cloneNode(true);
        still.removeAttribute("hx-trigger");
        still.removeAttribute("hx-get");
        element.replaceWith(still);
        trouble.textContent += ` ${trouble.dataset.stopped}`;
    }
}

document.addEventListener("htmx:sendError", (event) => tell(event, trouble.dataset.offline));

document.addEventListener("htmx:responseError", (event) => {
    tell(event, reason(event.detail.xhr.responseText) || trouble.dataset.refused);
});

document.addEventListener("htmx:beforeRequest", () => {
    trouble.hidden = true;
});
