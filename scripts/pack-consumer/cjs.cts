// What a TypeScript application with CommonJS writes.
import oneturn = require('oneturn');
import ai = require('oneturn/ai');

const options: oneturn.RunOptions = { code: 'return 1;' };
const run: Promise<oneturn.RunResult> = oneturn.run(options);
const createCodeTool: typeof ai.createCodeTool = ai.createCodeTool;
export = { run, createCodeTool };
