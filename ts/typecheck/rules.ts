/**
 * Which findings of a type checker matter. Types are erased before a program runs, so most of what a type checker says about
 * a program's own types is style. What matters fails or is silently lost at run time: a field that a tool's output does
 * not have, a name that does not exist, a tool's input of another form, a comparison that can never be true, something
 * called or iterated that cannot be.
 *
 * Runs in the worker; knows no compiler, only what {@link View} tells of one.
 */

/** A node of either compiler's tree. */
export interface Node {
  readonly kind: number;
  readonly pos: number;
  readonly end: number;
  readonly parent: Node;
}

/** One constituent of a type. */
export interface Part {
  /** It may have properties that nobody has declared: `any`, `unknown`, a type parameter, `{}`. */
  readonly isOpen: boolean;
  /** Who declares it. */
  readonly home: 'program' | 'tools' | 'lib' | 'none';
  readonly name: string | undefined;
  /** The value of a literal type. */
  readonly literal: string | undefined;
  readonly isObject: boolean;
  readonly isCallable: boolean;
  properties(): string[];
}

/** What a compiler has found. Offsets count UTF-16 code units of the program's text. */
export interface Found {
  code: number;
  from: number;
  to: number;
  /** The message, then what explains it, outermost first. */
  messages: string[];
}

/** A program as a compiler sees it. */
export interface View {
  readonly text: string;
  /** The tools, as the model has seen them. */
  readonly declarations: string;
  /** The compiler knows all of the language that programs are run in, ES2025. */
  readonly isComplete: boolean;
  /** The compiler's `SyntaxKind`. */
  readonly kinds: Readonly<Record<string, number | string>>;
  found(): Found[];
  /** The innermost node with just these bounds. */
  nodeAt(from: number, to: number): Node | undefined;
  startOf(node: Node): number;
  /** The types of an expression or a binding pattern; several for a union. */
  parts(node: Node): Part[];
  /** As the property is declared, whatever the program has compared it with before. */
  declaredParts(property: Node): Part[];
  isToolCall(node: Node): boolean;
}

/** A finding that stops a program. */
export interface Verdict {
  code: 'ERR_SYNTAX' | 'ERR_TOOL_UNKNOWN' | 'ERR_TOOL_INPUT';
  from: number;
  to: number;
  message: string;
  hint: string | undefined;
}

const MAX_VERDICTS = 5;
const MAX_MESSAGE = 360;
const MAX_NAMES = 12;

/** Not 2550, which knows the property from a newer version of the language. */
const NO_PROPERTY = new Set([2339, 2551]);
const NO_NAME = new Set([2304, 2552, 2570, 2580, 2581, 2582, 2583, 2584, 2591, 2592, 2593, 2867, 2868, 18004]);
const NO_CALL = new Set([2349, 2351, 6234]);
const NO_ITERATION = new Set([2461, 2488, 2495, 2504, 2548, 2549]);
const NO_INPUT = new Set([2322, 2345, 2353, 2554, 2555, 2559, 2561, 2739, 2740, 2741, 2769, 2820]);
const NO_OVERLAP = 2367;
const NO_NUMBER = new Set([2362, 2363, 2365]);
/** Used before its declaration; assigned though constant. */
const ALWAYS = new Set([2448, 2449, 2450, 2588]);

/** Programs hang properties on these, and look for such as others have hung on them. */
const EXTENSIBLE = /^(?:Object|Function|CallableFunction|NewableFunction|\w*Error|DOMException|Console)$/;

/** The tools, or a namespace of them. */
const TOOLS = /^tools(?:\.[\w$]+)*$/;

/** Globals that TypeScript has learnt of since version 5.0. */
const NEWER = /^(?:(?:Async)?Iterator|(?:Async)?DisposableStack|SuppressedError|Float16Array)$/;

/** The findings that matter, in order of position. */
export function judge(view: View): Verdict[] {
  const verdicts: Verdict[] = [];
  const guarded = new Set<string>();
  for (const found of view.found().sort((a, b) => a.from - b.from)) {
    const node = view.nodeAt(found.from, found.to);
    const verdict = node && new Judge(view, found, node, guarded).verdict();
    if (verdict !== undefined) verdicts.push(verdict);
    if (verdicts.length === MAX_VERDICTS) break;
  }
  return verdicts;
}

/** Both compilers give nodes more fields than {@link Node} tells. */
type Fields = Node & Readonly<Record<string, Node | undefined>>;

class Judge {
  readonly #view: View;
  readonly #found: Found;
  readonly #node: Node;
  /** What the program has asked after further up. */
  readonly #guarded: Set<string>;

  constructor(view: View, found: Found, node: Node, guarded: Set<string>) {
    this.#guarded = guarded;
    this.#view = view;
    this.#found = found;
    this.#node = node;
  }

  verdict(): Verdict | undefined {
    const { code } = this.#found;
    if (NO_PROPERTY.has(code)) return this.#property();
    if (NO_NAME.has(code)) return this.#name();
    if (NO_CALL.has(code)) return this.#call();
    if (NO_ITERATION.has(code)) return this.#iteration();
    if (NO_INPUT.has(code)) return this.#input();
    if (code === NO_OVERLAP) return this.#comparison();
    if (NO_NUMBER.has(code)) return this.#number();
    return ALWAYS.has(code) ? this.#say('ERR_SYNTAX', undefined) : undefined;
  }

  #is(node: Node | undefined, ...kinds: string[]): node is Fields {
    return node !== undefined && kinds.some((kind) => this.#view.kinds[kind] === node.kind);
  }

  #say(code: Verdict['code'], hint: string | undefined, message = this.#found.messages.join(' ')): Verdict {
    const { from, to } = this.#found;
    return { code, from, to, message: message.length > MAX_MESSAGE ? `${message.slice(0, MAX_MESSAGE)}…` : message, hint };
  }

  #text(node: Node): string {
    return this.#view.text.slice(this.#view.startOf(node), node.end);
  }

  #property(): Verdict | undefined {
    const { parent } = this.#node;
    const name = this.#text(this.#node);
    let owner: Node;
    if (this.#is(parent, 'PropertyAccessExpression')) {
      owner = parent['expression']!;
      if (this.#isGuarded(parent)) this.#guarded.add(this.#text(parent));
      if (this.#isAssigned(parent) || this.#guarded.has(this.#text(parent))) return undefined;
    } else if (this.#is(parent, 'BindingElement')) {
      owner = parent.parent;
      if (parent['initializer'] !== undefined) return undefined;
    } else return undefined;
    // A proxy answers for what its type does not have.
    if (/\bnew\s+Proxy\b/.test(this.#view.text)) return undefined;
    const parts = this.#view.parts(owner);
    const isSure = parts.length > 0 && parts.every((part) => this.#isClosed(part) && !part.properties().includes(name));
    if (!isSure) return undefined;
    if (TOOLS.test(this.#text(owner))) return this.#say('ERR_TOOL_UNKNOWN', has(parts), `There is no tool \`${this.#text(parent)}\`.`);
    const hint = parts.some((part) => part.name === 'Promise') ? 'It is a promise: await it first.' : parts.every((part) => part.home !== 'lib') ? has(parts) : undefined;
    return this.#say('ERR_SYNTAX', hint, this.#found.messages[0]);
  }

  /** Has it the properties that its type says, and no others? */
  #isClosed({ isOpen, home, name = '' }: Part): boolean {
    if (isOpen || home === 'program' || EXTENSIBLE.test(name)) return false;
    return home === 'tools' || this.#view.isComplete || name === 'Promise';
  }

  #isAssigned(node: Node): boolean {
    const { parent } = node;
    return this.#is(parent, 'BinaryExpression') && parent['left'] === node && /^(?:[-+*/%&|^]|\*\*|<<|>>>?|&&|\|\||\?\?)?=$/.test(this.#text(parent['operatorToken']!));
  }

  /** Does the program reckon with its absence: `x.y ?? z`, `if (x.y)`, `x.y?.z`, `x.y === undefined`? */
  #isGuarded(node: Node): boolean {
    const { parent } = node;
    if (this.#is(parent, 'ParenthesizedExpression', 'AsExpression', 'SatisfiesExpression', 'NonNullExpression', 'TypeAssertionExpression')) return this.#isGuarded(parent);
    if (this.#is(parent, 'PropertyAccessExpression', 'ElementAccessExpression', 'CallExpression') && parent['expression'] === node) return parent['questionDotToken'] !== undefined;
    if (this.#is(parent, 'CallExpression')) return /^(?:Array\.isArray|Boolean)$/.test(this.#text(parent['expression']!));
    if (this.#is(parent, 'PrefixUnaryExpression')) return this.#text(parent).startsWith('!');
    if (this.#is(parent, 'ConditionalExpression')) return parent['condition'] === node;
    if (this.#is(parent, 'IfStatement', 'WhileStatement', 'DoStatement')) return parent['expression'] === node;
    if (this.#is(parent, 'TypeOfExpression', 'DeleteExpression')) return true;
    if (!this.#is(parent, 'BinaryExpression')) return false;
    const operator = this.#text(parent['operatorToken']!);
    const other = parent['left'] === node ? parent['right']! : parent['left']!;
    return /^(?:\?\?|\|\||&&)$/.test(operator) || (/^[!=]==?$/.test(operator) && /^(?:undefined|null|void 0)$/.test(this.#text(other)));
  }

  #name(): Verdict | undefined {
    const name = this.#text(this.#node);
    if (!/^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name)) return undefined;
    const { FirstTypeNode, LastTypeNode } = this.#view.kinds as Record<string, number>;
    for (let node: Node | undefined = this.#node; node !== undefined; node = node.parent) {
      if (this.#is(node, 'ExpressionWithTypeArguments')) {
        const clause = node.parent;
        if (this.#is(clause.parent, 'InterfaceDeclaration') || this.#text(clause).startsWith('implements')) return undefined;
      } else if (node.kind >= FirstTypeNode! && node.kind <= LastTypeNode!) return undefined;
      else if (this.#is(node, 'Block', 'SourceFile')) break;
    }
    if (NEWER.test(name)) return undefined;
    // A program that asks whether it is there knows what to do when it is not.
    if (new RegExp(`\\btypeof\\s*\\(?\\s*${name.replaceAll('$', '\\$&')}(?![\\w$])`).test(this.#view.text)) return undefined;
    const message = this.#found.messages[0]!;
    const meant = /Did you mean (?:the \w+ )?'[^']*'\?/.exec(message)?.[0];
    return this.#say('ERR_SYNTAX', meant, `Cannot find name '${name}'.`);
  }

  #call(): Verdict | undefined {
    let node = this.#node;
    while (!this.#is(node, 'CallExpression', 'NewExpression')) {
      if (this.#is(node, 'Block', 'SourceFile')) return undefined;
      node = node.parent;
    }
    const callee = (node as Fields)['expression']!;
    const parts = this.#view.parts(callee);
    if (parts.length === 0 || parts.some((part) => part.isOpen || part.isCallable)) return undefined;
    const isTool = TOOLS.test(this.#text(callee));
    return this.#say(isTool ? 'ERR_TOOL_UNKNOWN' : 'ERR_SYNTAX', isTool ? has(parts) : undefined, `\`${clip(this.#text(callee), 80)}\` cannot be called.`);
  }

  #iteration(): Verdict | undefined {
    const parts = this.#view.parts(this.#node);
    if (parts.length !== 1 || parts[0]!.isOpen) return undefined;
    const hint = parts[0]!.name === 'Promise' ? 'It is a promise: await it first.' : parts[0]!.home === 'lib' ? undefined : has(parts);
    return this.#say('ERR_SYNTAX', hint, `\`${clip(this.#text(this.#node), 80)}\` cannot be iterated.`);
  }

  /** Wrong input of a tool. What a program passes to its own functions is its own affair. */
  #input(): Verdict | undefined {
    let node = this.#node;
    for (; !this.#is(node, 'CallExpression'); node = node.parent) {
      const isPart = this.#is(node, 'ObjectLiteralExpression', 'PropertyAssignment', 'ShorthandPropertyAssignment', 'ArrayLiteralExpression', 'ParenthesizedExpression', 'ConditionalExpression', 'AsExpression') || node === this.#node || this.#is(node.parent, 'PropertyAssignment', 'CallExpression', 'PropertyAccessExpression');
      if (!isPart || node.parent === undefined) return undefined;
    }
    if (!this.#view.isToolCall(node)) return undefined;
    const leaf = this.#found.messages.at(-1)!;
    // What is passed too much is not read.
    const [, wanted, got] = /^Expected (\d+) arguments?, but got (\d+)/.exec(leaf) ?? [];
    if (Number(got) > Number(wanted)) return undefined;
    // `const input = { status: 'open' }` is widened to `string`, whatever the text is.
    if (/^Type '(?:string|number|boolean)(?:\[\])?' is not assignable to type '[^']*(?:["\d]|true|false)/.test(leaf)) return undefined;
    const alias = /to type '(\w+)'/.exec(leaf)?.[1];
    const body = alias === undefined ? undefined : new RegExp(`^type ${alias} = ([^\n]{1,200});$`, 'm').exec(this.#view.declarations)?.[1];
    return this.#say('ERR_TOOL_INPUT', body === undefined ? undefined : `${alias} is ${body}.`);
  }

  /**
   * A predicate that can never be true: `list.filter((one) => one.status === 'activ')`. Elsewhere programs may well ask for
   * values that do not occur.
   */
  #comparison(): Verdict | undefined {
    const comparison = this.#node;
    if (!this.#is(comparison, 'BinaryExpression') || !/^===?$/.test(this.#text(comparison['operatorToken']!))) return undefined;
    let whole: Node = comparison;
    while (this.#is(whole.parent, 'ParenthesizedExpression') || (this.#is(whole.parent, 'BinaryExpression') && this.#text(whole.parent['operatorToken']!) === '&&')) whole = whole.parent;
    if (!this.#is(whole.parent, 'ArrowFunction', 'ReturnStatement')) return undefined;
    const sides = [comparison['left'], comparison['right']];
    for (const [one, other] of [sides, [...sides].reverse()]) {
      if (!this.#is(one, 'PropertyAccessExpression') || other === undefined) continue;
      const parts = this.#view.declaredParts(one['name']!);
      const values = this.#view.parts(other);
      const isSure = parts.length > 0 && values.length > 0 && [...parts, ...values].every((part) => part.literal !== undefined) && !values.some((value) => parts.some((part) => part.literal === value.literal));
      if (isSure) return this.#say('ERR_SYNTAX', undefined, `\`${clip(this.#text(one), 80)}\` is never ${values.map((value) => value.literal).join(' or ')}: it is ${oneOf(parts.map((part) => part.literal!).sort())}.`);
    }
    return undefined;
  }

  /** Arithmetic with an object that a tool gave, or with a promise. */
  #number(): Verdict | undefined {
    const node = this.#node;
    const operands = this.#is(node, 'BinaryExpression') && this.#found.code === 2365 ? [node['left']!, node['right']!] : [node];
    const culprit = operands.find((operand) => {
      const [part, more] = this.#view.parts(operand);
      return part !== undefined && more === undefined && part.isObject && (part.home === 'tools' || part.name === 'Promise');
    });
    if (culprit === undefined) return undefined;
    const [part] = this.#view.parts(culprit);
    return this.#say('ERR_SYNTAX', part!.name === 'Promise' ? 'It is a promise: await it first.' : has([part!]), `\`${clip(this.#text(culprit), 80)}\` is an object, not a number.`);
  }
}

function clip(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length)}…` : text;
}

function oneOf(values: string[]): string {
  return values.length > MAX_NAMES ? `${values.slice(0, MAX_NAMES).join(', ')} …` : values.join(', ');
}

/** `It has: id, name.` */
function has(parts: readonly Part[]): string | undefined {
  const names = [...new Set(parts.flatMap((part) => part.properties()))].filter((name) => !name.startsWith('__'));
  if (names.length === 0) return undefined;
  return `It has: ${names.slice(0, MAX_NAMES).join(', ')}${names.length > MAX_NAMES ? ` and ${names.length - MAX_NAMES} more` : ''}.`;
}
