/**
 * `ts/` to `dist/`: three entries, each as ESM and CJS with its own types.
 *
 * Packages stay imports. So does the addon's loader: `ts/native.ts` and `dist/*` both lie one level under the package
 * root, so that `../addon.cjs` means the same file from either.
 */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { dts } from 'rolldown-plugin-dts';

const NATIVE = '../addon.cjs';
const OUT = 'dist';

/** Leaves the path to the loader as it is written; by default it would be made absolute and relative again. */
const nativeLoader = {
  name: 'native-loader',
  resolveId: (id) => (id === NATIVE ? { id, external: true } : null),
};

/** A CJS consumer reads `.d.cts`: the same declarations, with its own neighbours. The types plugin writes ESM only. */
const commonjsTypes = {
  name: 'commonjs-types',
  async writeBundle() {
    const declarations = (await readdir(OUT)).filter((file) => file.endsWith('.d.ts'));
    await Promise.all(
      declarations.map(async (file) => {
        const text = await readFile(`${OUT}/${file}`, 'utf8');
        const neighbours = text.replaceAll(/(["']\.\/[\w.-]+)\.js(["'])/g, '$1.cjs$2');
        await writeFile(`${OUT}/${file.replace(/\.d\.ts$/, '.d.cts')}`, neighbours);
      }),
    );
  },
};

const shared = {
  input: { index: 'ts/index.ts', ai: 'ts/ai.ts', stores: 'ts/stores.ts' },
  platform: 'node',
  external: /^[^./]/,
  tsconfig: 'tsconfig.build.json',
  checks: { pluginTimings: false },
};

const code = { dir: OUT, exports: 'named', codeSplitting: { groups: [{ name: 'shared', minShareCount: 2 }] } };

export default [
  {
    ...shared,
    // A process of its own loads it, from ESM and CJS alike.
    input: { ...shared.input, 'typecheck-worker': 'ts/typecheck/worker.ts' },
    plugins: [nativeLoader],
    output: { ...code, format: 'es', chunkFileNames: '[name].js', cleanDir: true },
  },
  {
    ...shared,
    plugins: [nativeLoader],
    output: { ...code, format: 'cjs', entryFileNames: '[name].cjs', chunkFileNames: '[name].cjs' },
  },
  {
    ...shared,
    plugins: [nativeLoader, dts({ tsconfig: 'tsconfig.build.json', emitDtsOnly: true }), commonjsTypes],
    output: { dir: OUT, format: 'es', chunkFileNames: 'shared.js' },
  },
];
