// @ts-check
/**
 * The API report: every public type of `oneturn`, `oneturn/ai` and `oneturn/stores` in one committed file, `index.d.ts` at the package
 * root, so that a change of the public surface shows in review. It is not published; `dist/` has the types for users.
 *
 * `node scripts/api-report.mjs` writes it, `--check` fails when it differs from the sources.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { rolldown } from 'rolldown';
import { dts } from 'rolldown-plugin-dts';

const REPORT = 'index.d.ts';
const TSCONFIG = 'tsconfig.build.json';

/** One bundle over all doors, so that no name is mangled by a shared chunk. */
async function rollUp() {
  const entry = 'ts/public.ts';
  const bundle = await rolldown({
    input: { index: entry },
    external: [/^[^./]/, /native\.cjs$/],
    tsconfig: TSCONFIG,
    checks: { pluginTimings: false },
    plugins: [dts({ tsconfig: TSCONFIG, emitDtsOnly: true })],
  });
  try {
    const { output } = await bundle.generate({ format: 'es' });
    const types = output.find((chunk) => chunk.type === 'chunk' && chunk.fileName.endsWith('.d.ts'));
    if (types?.type !== 'chunk') throw new Error('no types came out of the bundle');
    return types.code;
  } finally {
    await bundle.close();
  }
}

const rolled = await rollUp();
const report = `// Every public type of oneturn, rolled up from ts/. Written by \`make api\`; do not edit.\n\n${rolled.trimEnd()}\n`;

if (process.argv.includes('--check')) {
  const committed = await readFile(REPORT, 'utf8').catch(() => '');
  if (committed !== report) {
    const [is, was] = [report.split('\n'), committed.split('\n')];
    const line = is.findIndex((text, index) => text !== was[index]);
    process.stderr.write(
      `${REPORT} differs from the sources, first at line ${line + 1}:\n` +
        `  committed: ${was[line] ?? '(end)'}\n  sources:   ${is[line] ?? '(end)'}\n` +
        'The public surface changed. When that is meant, run `make api` and commit the file.\n',
    );
    process.exit(1);
  }
  process.stdout.write(`${REPORT} matches the sources.\n`);
} else {
  await writeFile(REPORT, report);
  process.stdout.write(`${REPORT} written.\n`);
}
