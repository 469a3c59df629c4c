/*
 * Adds the scripts that wait in the head, in a <template id="later">, at the first touch or key, at the latest after a
 * moment: while they come and run, a slow phone hears nobody. Until then links and forms do what they say by themselves.
 */
const MOMENT_OF_READING = 2000; // milliseconds

addEventListener("load", () => {
    const { content } = document.getElementById("later") ?? document.createElement("template");
    const add = () => document.head.append(content); // empty from then on
    for (const use of ["pointerdown", "keydown"]) {
        addEventListener(use, add, { once: true });
    }
    setTimeout(add, MOMENT_OF_READING);
});
