/** Where the browser knows trusted types, only this policy may name a script to run: blobs that start workers, and the page's own service worker. */
interface Policy {
  createScriptURL(url: string): string;
}
interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): Policy;
}

const rules = { createScriptURL: (url: string) => url };
export const policy: Policy =
  (globalThis as { trustedTypes?: TrustedTypes }).trustedTypes?.createPolicy('worker', rules) ?? rules;
