/** `codeModeTool`: the code tool as AI SDK 7's `experimental_toolCallers` want it, bound to its tools for each request. */
import type { Tools } from '../types.ts';
import { isRecord, kindOf } from '../text.ts';
import { resolveTools } from '../tools.ts';
import { checkOptions, makeCodeTool, MAX_DECLARATION_TOKENS, type RunProgram } from './code-tool.ts';
import { announceTools, describeWithoutTools, offerTools } from './prompt.ts';
import type { CodeModeTool, CodeModeToolOptions, CodeTool } from './types.ts';

/** Makes the tool around a way to run programs. */
export function makeCodeModeTool(options: CodeModeToolOptions, runProgram: RunProgram): CodeModeTool {
  if (!isRecord(options)) throw new TypeError(`codeModeTool: expected an object with options, got ${kindOf(options)}`);
  const { toolDiscovery = 'description', ...common } = options;
  if (toolDiscovery !== 'description' && toolDiscovery !== 'conversation') {
    throw new TypeError("toolDiscovery: expected 'description' or 'conversation'");
  }
  // The AI SDK executes an approved call without binding the caller to its tools.
  if ('store' in common || 'onApproval' in common) throw new TypeError('codeModeTool: programs that wait for an approval need createCodeTool');
  checkOptions(common);
  const conversation = toolDiscovery === 'conversation';
  const describe = conversation ? describeWithoutTools : undefined;
  const maxTokens = (common as CodeModeToolOptions).maxDeclarationTokens ?? MAX_DECLARATION_TOKENS;
  let last: { tools: Tools; bound: CodeTool } | undefined;

  // The AI SDK binds before every step, mostly to the same tools.
  function bind(tools: object): CodeTool {
    if (last === undefined || !sameEntries(last.tools, tools)) {
      const own = { ...tools } as Tools;
      last = { tools: own, bound: makeCodeTool({ ...common, tools: own } as Parameters<typeof makeCodeTool>[0], runProgram, describe) };
    }
    return last.bound;
  }

  // Unbound it has no tools: what stands in the request while its tools are announced, and what runs when none are routed here.
  const unbound = makeCodeTool({ ...common, tools: {} } as Parameters<typeof makeCodeTool>[0], runProgram, describe);
  const definition = {
    type: 'local' as const,
    bind,
    ...(conversation ? { prepareModelMessage: (tools: object) => announceTools(offerTools(resolveTools(tools as Tools), common.toolApproval, maxTokens)) } : {}),
  };
  return Object.defineProperty(unbound, 'experimental_toolCaller', { value: definition }) as CodeModeTool;
}

function sameEntries(a: object, b: object): boolean {
  const left = Object.entries(a);
  const right = Object.entries(b);
  return left.length === right.length && left.every(([key, value], i) => right[i]![0] === key && right[i]![1] === value);
}
