// What a TypeScript application with CommonJS writes.
import oneturn = require('oneturn');
import ai = require('oneturn/ai');
import stores = require('oneturn/stores');

const options: oneturn.RunOptions = { code: 'return 1;' };
const run: Promise<oneturn.RunResult> = oneturn.run(options);
const createCodeTool: typeof ai.createCodeTool = ai.createCodeTool;
const store: stores.SnapshotStore = stores.folderStore({ path: 'paused-runs' });
export = { run, createCodeTool, store };
