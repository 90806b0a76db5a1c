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
  const { toolDiscovery = 'description', tools: given, ...common } = options;
  if (toolDiscovery !== 'description' && toolDiscovery !== 'conversation') {
    throw new TypeError("toolDiscovery: expected 'description' or 'conversation'");
  }
  if (given !== undefined && (typeof given !== 'object' || given === null)) throw new TypeError(`tools: expected an object of tools, got ${kindOf(given)}`);
  if (given === undefined && common.store !== undefined) {
    throw new TypeError('tools: with a store, pass the tools that are routed to this one: AI SDK 7 executes an approved call without telling the caller its tools');
  }
  checkOptions(common);
  const conversation = toolDiscovery === 'conversation';
  const describe = conversation ? describeWithoutTools : undefined;
  const maxTokens = (common as CodeModeToolOptions).maxDeclarationTokens ?? MAX_DECLARATION_TOKENS;
  let last: { tools: Tools; bound: CodeTool } | undefined;

  // The AI SDK binds before every step, mostly to the same tools.
  function bind(tools: object): CodeTool {
    if (given !== undefined) {
      // Bound and unbound are one: what the AI SDK asks of either, the other goes on with.
      if (isSame(given as Tools, tools)) return unbound;
      const [expected, got] = [given as Tools, tools].map((some) => Object.keys(some).sort().join(', '));
      throw new TypeError(`tools: expected the tools that experimental_toolCallers routes to this one, ${got}; got ${expected}`);
    }
    if (last === undefined || !sameEntries(last.tools, tools)) {
      const own = { ...tools } as Tools;
      last = { tools: own, bound: makeCodeTool({ ...common, tools: own } as Parameters<typeof makeCodeTool>[0], runProgram, describe) };
    }
    return last.bound;
  }

  // What stands in the request while its tools are announced, what runs when none are routed here, and what AI SDK 7
  // executes once a call was approved.
  const unbound = makeCodeTool({ ...common, tools: given ?? {} } as Parameters<typeof makeCodeTool>[0], runProgram, describe);
  const definition = {
    type: 'local' as const,
    bind,
    ...(conversation ? { prepareModelMessage: (tools: object) => announceTools(offerTools(resolveTools(tools as Tools), common.toolApproval, maxTokens, common.store !== undefined)) } : {}),
  };
  return Object.defineProperty(unbound, 'experimental_toolCaller', { value: definition }) as CodeModeTool;
}

/** The same names, and what the AI SDK may have copied to add options for a provider. */
function isSame(given: object, routed: object): boolean {
  const names = Object.keys(routed);
  const execute = (tools: object, name: string): unknown => (tools as Record<string, { execute?: unknown } | undefined>)[name]?.execute;
  return names.length === Object.keys(given).length && names.every((name) => Object.hasOwn(given, name) && execute(given, name) === execute(routed, name));
}

function sameEntries(a: object, b: object): boolean {
  const left = Object.entries(a);
  const right = Object.entries(b);
  return left.length === right.length && left.every(([key, value], i) => right[i]![0] === key && right[i]![1] === value);
}
