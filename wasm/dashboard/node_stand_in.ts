// In place of Lit's own stand-ins for a browser: enough to define classes in Node.js, where nothing is ever drawn.

export const HTMLElement = class {};
export const customElements = undefined;
export const Element = HTMLElement;
export const CSSStyleSheet = class {};
