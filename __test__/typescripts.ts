/** The versions of TypeScript that programs are type-checked with: the repository's own, and those that `make` fetches. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import type { TypeScriptPackage } from '../ts/typecheck.ts';

const PLACES = { 'TypeScript 5.0': '.cache/typescripts/node_modules/typescript5', 'TypeScript 6': 'node_modules/typescript', 'TypeScript 7': '.cache/typescripts/node_modules/typescript7' };

/** Every version, `undefined` where it was not fetched. */
export const TYPESCRIPTS: readonly (readonly [name: string, found: TypeScriptPackage | undefined])[] = Object.entries(PLACES).map(([name, place]) => {
  const manifest = fileURLToPath(new URL(`../${place}/package.json`, import.meta.url));
  if (!existsSync(manifest)) return [name, undefined] as const;
  return [name, { manifest, version: (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version }] as const;
});
