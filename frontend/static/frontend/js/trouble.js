/* Says so when an answer to htmx did not come or was an error: the page itself would stay silent. */
const trouble = document.getElementById("trouble");

document.addEventListener("htmx:sendError", () => {
    trouble.textContent = trouble.dataset.offline;
    trouble.hidden = false;
});

document.addEventListener("htmx:responseError", () => {
    trouble.textContent = trouble.dataset.refused;
    trouble.hidden = false;
});

document.addEventListener("htmx:beforeRequest", () => {
    trouble.hidden = true;
});
