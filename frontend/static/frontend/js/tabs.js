/*
 * Scrolls the tab of the page that is open into view, where a row of tabs is wider than the screen.
 * Sideways only: scrollIntoView could move the page too.
 */
for (const tab of document.querySelectorAll(".tabs [aria-current]")) {
    const row = tab.parentElement;
    const hidden = tab.offsetLeft + tab.offsetWidth - row.offsetLeft - row.clientWidth;
    if (hidden > row.scrollLeft) {
        row.scrollLeft = hidden + row.clientWidth / 4; // and some of the next tab: the row goes on
    }
}
