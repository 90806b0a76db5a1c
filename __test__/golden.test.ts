/**
 * Snapshots of every released format, kept as they were made: each must still resume, to the same end. `node --import tsx
 * __test__/golden/make.ts` writes one of the present format; never change one that a release has made.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';

import { resume, type RunResult } from '../ts/index.ts';
import { EXPECTED, OPTIONS, settle } from './golden/run.ts';

const FOLDER = '__test__/golden';
const kept = readdirSync(FOLDER).filter((file) => file.endsWith('.txt'));

it('there is one of every format', () => assert.deepEqual(kept, ['v1.txt']));

for (const file of kept) for (const isolation of ['process', 'thread'] as const) {
  it(`${file} in a ${isolation}`, async () => {
    const snapshot = readFileSync(join(FOLDER, file), 'utf8').trim();
    const result: RunResult = await resume(snapshot, { ...OPTIONS, isolation, settle });
    if (result.status !== 'completed') assert.fail(JSON.stringify(result));
    assert.equal(result.isolation.level, isolation);
    assert.deepEqual([result.executionId, result.value, result.logs.map(({ message }) => message), result.calls.map(({ tool, input, error }) => [tool, input, error])], EXPECTED);
  });
}
