/** How long anything is waited for in the tests, ms: it ends what hangs, and grows with the machine (src/cli/node/pace.mjs). */
export const patience = 120_000 * Number(process.env.SLOWNESS);
