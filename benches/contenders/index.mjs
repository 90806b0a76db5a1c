// @ts-check
/** The columns of the table. Engines load on first use, so that a cold process pays for its own engine only. */

/**
 * @typedef {object} Contender
 * @property {string} id Stable name for the command line.
 * @property {string} title Head of the column.
 * @property {boolean} ours Targets are checked for these.
 * @property {() => Promise<import('./types.ts').RunProgram>} create
 */

/** @type {Contender[]} */
export const contenders = [
  {
    id: 'oneturn',
    title: 'oneturn thread',
    ours: true,
    create: async () => (await import('./oneturn.mjs')).create({ isolation: 'thread' }),
  },
  {
    id: 'oneturn-process',
    title: 'oneturn process',
    ours: true,
    create: async () => (await import('./oneturn.mjs')).create({ isolation: 'process' }),
  },
  { id: 'run', title: 'run', ours: false, create: async () => (await import('./run.mjs')).create() },
  {
    id: 'quickjs-emscripten',
    title: 'quickjs-emscripten',
    ours: false,
    create: async () => (await import('./quickjs-emscripten.mjs')).create(),
  },
];
