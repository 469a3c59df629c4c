/*
 * <passkey-form>: a form that sends a passkey, made or proved by the device.
 *
 * Holds a <form hidden> with an input named "credential", and a <p role="alert" hidden> with the words for when it
 * fails. Its options come as JSON from data-options, or are fetched from data-options-url (they expire). An input named
 * "passwordless" says whether a new passkey must be able to log in alone. Without JavaScript the form stays hidden.
 */
const decode = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));

function encode(buffer) {
    const text = btoa(String.fromCharCode(...new Uint8Array(buffer)));
    return text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

const known = (credentials = []) => credentials.map((credential) => ({ ...credential, id: decode(credential.id) }));

function create(options, passwordless) {
    const selection = { ...options.authenticatorSelection };
    selection.residentKey = passwordless ? "required" : "discouraged";
    selection.requireResidentKey = passwordless;
    selection.userVerification = passwordless ? "required" : "preferred";
    const user = { ...options.user, id: decode(options.user.id) };
    const excludeCredentials = known(options.excludeCredentials);
    const challenge = decode(options.challenge);
    const publicKey = { ...options, challenge, user, excludeCredentials, authenticatorSelection: selection };
    return navigator.credentials.create({ publicKey });
}

function prove(options) {
    const allowCredentials = known(options.allowCredentials);
    return navigator.credentials.get({ publicKey: { ...options, challenge: decode(options.challenge), allowCredentials } });
}

const PARTS = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];

function written(credential) {
    const parts = PARTS.filter((name) => credential.response[name]);
    return JSON.stringify({
        id: credential.id,
        rawId: encode(credential.rawId),
        type: credential.type,
        response: Object.fromEntries(parts.map((name) => [name, encode(credential.response[name])])),
        clientExtensionResults: credential.getClientExtensionResults(),
    });
}

class PasskeyForm extends HTMLElement {
    connectedCallback() {
        this.form = this.querySelector("form");
        this.trouble = this.querySelector("[role=alert]");
        this.form.hidden = false;
        this.form.addEventListener("submit", (event) => {
            event.preventDefault();
            this.send();
        });
    }

    async send() {
        this.trouble.hidden = true;
        try {
            const credential = await this.ask(await this.options());
            this.form.elements.credential.value = written(credential);
            this.form.submit();
        } catch {
            // Browsers do not say whether somebody cancelled, or has no passkey for this site.
            this.trouble.hidden = false;
        }
    }

    async options() {
        if (!this.dataset.optionsUrl) {
            return JSON.parse(this.dataset.options);
        }
        const answer = await fetch(this.dataset.optionsUrl, { headers: { Accept: "application/json" } });
        return answer.json();
    }

    ask({ creation_options: creation, request_options: request }) {
        const passwordless = this.form.elements.passwordless?.checked ?? false;
        return creation ? create(creation.publicKey, passwordless) : prove(request.publicKey);
    }
}

customElements.define("passkey-form", PasskeyForm);
