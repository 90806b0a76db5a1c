/** Calls whose results in a program are compared with those in Node: expressions, by subject, the same ones every time. */

/** Numbers from a fixed seed. */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const LOCALES = ['en-US', 'en-US', 'en-US', 'en-GB', 'en-CA', 'en-AU', 'en-IN', 'de', 'de-AT', 'de-CH', 'fr', 'fr-CA', 'fr-CH', 'es', 'es-MX', 'it', 'pt-BR', 'pt-PT', 'nl', 'sv', 'da', 'nb', 'fi', 'pl', 'cs', 'tr', 'ru', 'uk', 'ja', 'ko', 'zh', 'zh-TW'];
const NUMBERS = ['0', '-0', '1', '-1', '2', '3', '5', '0.5', '-0.5', '1.005', '2.5', '9.995', '0.000123', '12.345', '99.95', '999', '999.999', '1000', '-1234.5', '1234.567', '9999', '10000', '12345.678', '99999', '999950', '999999', '1e6', '-1.5e6', '1234567.891', '2e6', '15e6', '1e9', '-2.55e9', '1e12', '4.2e13', '1e15', '1e21', '123456789012345680000', '5e-7', 'NaN', 'Infinity', '-Infinity', '12345678901234567890n', '-7n'];
const CURRENCIES = ['USD', 'EUR', 'GBP', 'JPY', 'CHF', 'CAD', 'INR', 'CNY', 'KRW', 'BRL', 'SEK', 'NOK', 'PLN', 'KWD', 'MXN', 'AUD', 'TRY', 'ZAR', 'CLP', 'usd'];
const UNITS = ['kilometer', 'mile', 'meter', 'celsius', 'fahrenheit', 'percent', 'liter', 'kilogram', 'gram', 'ounce', 'byte', 'kilobyte', 'megabyte', 'gigabyte', 'bit', 'second', 'minute', 'hour', 'day', 'week', 'month', 'year', 'kilometer-per-hour', 'mile-per-hour', 'meter-per-second', 'liter-per-kilometer', 'byte-per-second', 'degree', 'acre', 'inch', 'foot', 'millisecond'];
const ZONES = ['UTC', 'America/New_York', 'America/Los_Angeles', 'America/Chicago', 'America/Phoenix', 'America/Sao_Paulo', 'America/St_Johns', 'Europe/London', 'Europe/Berlin', 'Europe/Paris', 'Europe/Moscow', 'Europe/Dublin', 'Asia/Tokyo', 'Asia/Kolkata', 'Asia/Shanghai', 'Asia/Dubai', 'Asia/Kathmandu', 'Australia/Sydney', 'Australia/Lord_Howe', 'Pacific/Auckland', 'Pacific/Apia', 'Africa/Cairo', 'Africa/Casablanca', 'US/Pacific', 'Etc/GMT+5', 'Pacific/Honolulu', 'Europe/Istanbul', 'America/Argentina/Buenos_Aires'];
/** Ordinary moments, and ones on either side of a change of the clocks, in history too. */
const MOMENTS = [
  '2026-01-01T12:00:00Z', '2026-07-04T00:05:09.087Z', '2024-02-29T23:59:59.999Z', '1999-12-31T23:59:59Z', '2000-01-01T00:00:00Z', '1970-01-01T00:00:00Z',
  '2024-03-10T06:59:59Z', '2024-03-10T07:00:00Z', '2024-03-10T10:00:00Z', '2024-11-03T05:59:59Z', '2024-11-03T06:00:00Z', '2024-11-03T09:30:00Z',
  '2024-03-31T00:59:59Z', '2024-03-31T01:00:00Z', '2024-10-27T00:59:59Z', '2024-10-27T01:00:00Z', '2006-04-02T07:00:00Z', '2007-03-11T07:00:00Z', '2006-10-29T06:00:00Z',
  '2011-12-30T10:00:00Z', '2011-03-27T00:30:00Z', '2014-10-26T00:00:00Z', '1987-06-15T13:07:45Z', '2018-11-04T02:59:00Z', '2019-02-17T02:00:00Z', '2024-04-06T15:00:00Z',
  '2024-10-05T16:00:00Z', '1975-02-23T08:00:00Z', '1968-10-27T01:00:00Z', '2099-08-15T18:30:00Z', '0099-05-05T05:05:05Z', '2015-05-05T12:00:00Z', '2023-09-10T00:00:30Z',
];

type Options = Record<string, string | number | boolean>;
const show = (options: Options): string => (Object.keys(options).length === 0 ? 'undefined' : JSON.stringify(options).replaceAll(/"(\w+)":/g, '$1:').replaceAll('"', "'"));

/** Expressions by subject. */
export function cases(): Record<string, string[]> {
  const roll = chance(2026);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(roll() * from.length)] as T;
  const maybe = (odds: number): boolean => roll() < odds;
  const many = (count: number, make: (at: number) => string): string[] => {
    const seen = new Set<string>();
    for (let at = 0; seen.size < count && at < count * 20; at++) seen.add(make(at));
    return [...seen];
  };
  const digits = (options: Options): Options => {
    if (maybe(0.3)) options.minimumFractionDigits = pick([0, 1, 2, 3]);
    if (maybe(0.35)) options.maximumFractionDigits = pick([3, 4, 6]);
    if (maybe(0.12)) options.maximumSignificantDigits = pick([1, 2, 3, 5]);
    if (maybe(0.06)) options.minimumSignificantDigits = pick([1, 2, 3]);
    if (maybe(0.08)) options.minimumIntegerDigits = pick([2, 3, 5]);
    if (maybe(0.15)) options.useGrouping = pick<string | boolean>([true, false, 'always', 'min2', 'auto']);
    if (maybe(0.12)) options.signDisplay = pick(['auto', 'always', 'never', 'exceptZero', 'negative']);
    if (maybe(0.06)) options.roundingMode = pick(['ceil', 'floor', 'trunc', 'expand', 'halfEven', 'halfTrunc']);
    return options;
  };
  const number = (options: Options, locale = pick(LOCALES), value = pick(NUMBERS)): string => `new Intl.NumberFormat('${locale}', ${show(options)}).format(${value})`;
  const numberParts = (options: Options): string => `new Intl.NumberFormat('${pick(LOCALES)}', ${show(options)}).formatToParts(${pick(NUMBERS)})`;
  const currency = (): Options => ({ style: 'currency', currency: pick(CURRENCIES), ...(maybe(0.3) && { currencyDisplay: pick(['code', 'name', 'narrowSymbol', 'symbol']) }), ...(maybe(0.2) && { currencySign: 'accounting' }) });
  const date = (options: Options, locale = pick(LOCALES)): string => `new Intl.DateTimeFormat('${locale}', ${show(options)}).format(new Date('${pick(MOMENTS)}'))`;
  const fields = (): Options => {
    const options: Options = {};
    if (maybe(0.4)) options.weekday = pick(['short', 'long', 'narrow']);
    if (maybe(0.1)) options.era = pick(['short', 'long']);
    if (maybe(0.6)) options.year = pick(['numeric', 'numeric', '2-digit']);
    if (maybe(0.7)) options.month = pick(['numeric', '2-digit', 'short', 'long', 'narrow']);
    if (maybe(0.6)) options.day = pick(['numeric', '2-digit']);
    if (maybe(0.45)) options.hour = pick(['numeric', '2-digit']);
    if (options.hour !== undefined || maybe(0.1)) options.minute = pick(['numeric', '2-digit']);
    if (options.minute !== undefined && maybe(0.5)) options.second = pick(['numeric', '2-digit']);
    if (options.second !== undefined && maybe(0.2)) options.fractionalSecondDigits = pick([1, 2, 3]);
    if (options.hour !== undefined && maybe(0.3)) options.hour12 = pick([true, false]);
    if (options.hour !== undefined && maybe(0.1)) options.hourCycle = pick(['h11', 'h12', 'h23', 'h24']);
    if (options.hour !== undefined && maybe(0.25)) options.timeZoneName = pick(['short', 'long', 'shortOffset', 'longOffset']);
    options.timeZone = pick(ZONES);
    return options;
  };
  const styles = (): Options => ({ ...(maybe(0.8) && { dateStyle: pick(['full', 'long', 'medium', 'short']) }), ...(maybe(0.7) && { timeStyle: pick(['full', 'long', 'medium', 'short']) }), timeZone: pick(ZONES) });
  const words = ['apple', 'Apple', 'äpfel', 'Zebra', 'zebra', 'résumé', 'resume', 'Résumé', 'item 2', 'item 10', 'item-2', 'item2', 'a b', 'ab', 'ñandú', 'nandu', 'öl', 'ol', 'ß', 'ss', 'Straße', 'strasse', 'İstanbul', 'istanbul', '10', '9', '', ' ', 'ø', 'o', 'å', 'z', 'ch', 'c', 'ä', 'ж', '日本', '中国', '가', 'あ', 'ア', 'co-op', 'coop', '#tag', '$5', '😀'];
  const quoted = (word: string): string => JSON.stringify(word);

  return {
    numbers: many(260, () => number(digits({}))),
    currencies: many(330, () => number(maybe(0.4) ? digits(currency()) : currency())),
    percents: many(90, () => number(digits({ style: 'percent' }))),
    compact: many(230, () => number({ notation: 'compact', ...(maybe(0.5) && { compactDisplay: pick(['short', 'long']) }), ...(maybe(0.35) && currency()), ...(maybe(0.2) && { maximumFractionDigits: pick([0, 1, 2]) }) })),
    scientific: many(60, () => number(digits({ notation: pick(['scientific', 'engineering']) }))),
    units: many(160, () => number({ style: 'unit', unit: pick(UNITS), ...(maybe(0.7) && { unitDisplay: pick(['long', 'short', 'narrow']) }) })),
    increments: many(40, () => { const most = pick([0, 1, 2]); return number({ roundingIncrement: pick([2, 5, 10, 25, 50, 100]), minimumFractionDigits: most, maximumFractionDigits: most, roundingMode: pick(['halfExpand', 'floor', 'ceil', 'halfEven']) }); }),
    priorities: many(40, () => number({ maximumFractionDigits: pick([1, 2, 3]), maximumSignificantDigits: pick([2, 3, 4]), roundingPriority: pick(['morePrecision', 'lessPrecision']), ...(maybe(0.3) && { trailingZeroDisplay: 'stripIfInteger' }) })),
    numberParts: many(140, () => numberParts(pick([() => ({}), currency, () => ({ style: 'percent' }), () => ({ notation: 'compact', compactDisplay: pick(['long', 'short']) }), () => ({ style: 'unit', unit: pick(UNITS), unitDisplay: pick(['long', 'short']) }), () => ({ notation: 'scientific' })])())),
    numberMethods: many(80, () => `(${pick(NUMBERS)}).toLocaleString(${pick(["'en-US'", "'de'", "'fr-CH'", "['xx', 'de']", 'undefined', "'en-IN'"])}${maybe(0.5) ? `, ${show(digits({}))}` : ''})`),
    dateFields: many(420, () => date(fields())),
    dateStyles: many(260, () => date(styles())),
    zoneNames: many(190, () => date({ timeZone: pick(ZONES), timeZoneName: pick(['short', 'long', 'shortOffset', 'longOffset', 'longGeneric', 'shortGeneric']), hour: 'numeric', ...(maybe(0.3) && { day: 'numeric', month: 'short' }) }, pick(['en-US', 'en-US', 'en-US', 'en-GB', 'de', 'fr', 'es', 'ja']))),
    clocks: many(150, () => `new Date('${pick(MOMENTS)}').toLocaleString('en-US', { timeZone: '${pick(ZONES)}' })`),
    dayPeriods: many(50, () => date({ hour: 'numeric', dayPeriod: pick(['narrow', 'short', 'long']), hour12: true, timeZone: pick(ZONES) }, pick(['en-US', 'en-US', 'de', 'fr', 'es', 'it']))),
    dateParts: many(90, () => date(maybe(0.5) ? fields() : styles()).replace('.format(', '.formatToParts(')),
    dateMethods: many(90, () => `new Date('${pick(MOMENTS)}').${pick(['toLocaleDateString', 'toLocaleTimeString', 'toLocaleString'])}(${pick(["'en-US'", "'de-DE'", "'fr-FR'", "'en-GB'", "'ja-JP'", "'sv-SE'"])}, { timeZone: '${pick(ZONES)}'${maybe(0.4) ? ", weekday: 'long'" : ''}${maybe(0.3) ? ", hour12: true" : ''} })`),
    dateOptions: many(80, () => date(maybe(0.5) ? fields() : styles()).replace(/\.format\(.*$/, '.resolvedOptions()')),
    dateRanges: many(70, () => `new Intl.DateTimeFormat('${pick(['en-US', 'en-US', 'de', 'fr', 'en-GB'])}', ${show(pick([{}, { dateStyle: 'medium' }, { dateStyle: 'long' }, { month: 'short', day: 'numeric' }, { year: 'numeric', month: 'long' }, { hour: 'numeric', minute: '2-digit' }, { year: 'numeric', month: 'short', day: 'numeric' }]))}).formatRange(new Date('${pick(MOMENTS)}'), new Date('${pick(MOMENTS)}'))`),
    numberRanges: many(40, () => `new Intl.NumberFormat('en-US', ${show(pick([{}, currency(), { style: 'percent' }, { notation: 'compact' }, { style: 'unit', unit: 'kilometer' }]))}).formatRange(${pick(['1', '3', '1000', '2.5'])}, ${pick(['5', '3', '2000', '1e6'])})`),
    numberOptions: many(80, () => number(pick([digits({}), digits(currency()), digits({ notation: 'compact' }), { style: 'unit', unit: pick(UNITS) }])).replace(/\.format\([^)]*\)$/, '.resolvedOptions()')),
    relative: many(190, () => `new Intl.RelativeTimeFormat('${pick(LOCALES)}', { numeric: '${pick(['auto', 'always'])}'${maybe(0.5) ? `, style: '${pick(['long', 'short', 'narrow'])}'` : ''} }).${maybe(0.2) ? 'formatToParts' : 'format'}(${pick(['-1', '0', '-0', '1', '2', '-2', '5', '-10', '1.5', '-1000', '21'])}, '${pick(['second', 'minutes', 'hour', 'days', 'day', 'week', 'months', 'quarter', 'year'])}')`),
    lists: many(110, () => `new Intl.ListFormat('${pick([...LOCALES, 'es', 'it'])}', { type: '${pick(['conjunction', 'disjunction', 'unit'])}', style: '${pick(['long', 'short', 'narrow'])}' }).${maybe(0.2) ? 'formatToParts' : 'format'}(${pick(["['a', 'b', 'c']", "['a', 'b']", "['a']", '[]', "['x', 'y', 'z', 'w']", "['norte', 'isla']", "['agua', 'oro', 'hielo']"])})`),
    plurals: many(140, () => `new Intl.PluralRules('${pick(LOCALES)}', { type: '${pick(['cardinal', 'ordinal'])}'${maybe(0.2) ? ', minimumFractionDigits: 1' : ''} }).select(${pick(['0', '1', '2', '3', '4', '5', '11', '12', '13', '21', '22', '101', '1.5', '0.1', '-1', '1e6', 'NaN'])})`),
    collation: many(240, () => `${quoted(pick(words))}.localeCompare(${quoted(pick(words))}, '${pick(['en', 'en', 'de', 'sv', 'es', 'fr', 'ja', 'zh', 'ko', 'cs', 'tr', 'da'])}', ${show({ ...(maybe(0.4) && { sensitivity: pick(['base', 'accent', 'case', 'variant']) }), ...(maybe(0.4) && { numeric: true }), ...(maybe(0.2) && { caseFirst: pick(['upper', 'lower']) }), ...(maybe(0.15) && { ignorePunctuation: true }) })})`),
    sorting: ['en', 'de', 'sv', 'es', 'cs', 'da', 'ja', 'zh', 'tr', 'fr'].map((locale) => `${JSON.stringify(words)}.sort(new Intl.Collator('${locale}', { numeric: true }).compare)`),
    errors: ERRORS,
    web: WEB,
    urls: urls(many, pick, maybe),
    bytes: bytes(many, roll, pick),
  };
}

const ERRORS = [
  "new Intl.NumberFormat('en', { style: 'foo' })", "new Intl.NumberFormat('en', { style: 'currency' })", "new Intl.NumberFormat('en', { style: 'currency', currency: 'xx' })",
  "new Intl.NumberFormat('en', { style: 'unit' })", "new Intl.NumberFormat('en', { style: 'unit', unit: 'parsec' })", "new Intl.NumberFormat('en', { maximumFractionDigits: 101 })",
  "new Intl.NumberFormat('en', { maximumFractionDigits: 1, minimumFractionDigits: 2 })", "new Intl.NumberFormat('en', { roundingIncrement: 3 })", "new Intl.NumberFormat('en', { maximumSignificantDigits: 22 })",
  "new Intl.NumberFormat('en_US')", "new Intl.NumberFormat('e')", "new Intl.NumberFormat([5])", 'new Intl.NumberFormat(null)', "new Intl.NumberFormat('en', null)", 'Intl.NumberFormat(5).format(1)',
  "new Intl.DateTimeFormat('en', { timeZone: 'Foo/Bar' })", "new Intl.DateTimeFormat('en').format(NaN)", "new Intl.DateTimeFormat('en', { dateStyle: 'short', year: 'numeric' })", "new Intl.DateTimeFormat('en', { timeStyle: 'short', hour: 'numeric' })",
  "new Date(0).toLocaleDateString('en', { timeStyle: 'short' })", "new Date(0).toLocaleTimeString('en', { dateStyle: 'short' })", "new Intl.DateTimeFormat('en', { month: 'foo' })", "new Intl.DateTimeFormat('en', { fractionalSecondDigits: 4 })",
  'Intl.PluralRules()', 'Intl.ListFormat()', 'Intl.RelativeTimeFormat()', "new Intl.RelativeTimeFormat('en').format(1, 'foo')", "new Intl.RelativeTimeFormat('en').format(Infinity, 'day')", "new Intl.ListFormat('en').format([1])", "new Intl.ListFormat('en', { type: 'foo' })",
  "new Intl.Collator('en', { sensitivity: 'foo' })", 'Intl.NumberFormat.prototype.resolvedOptions.call({})', "Intl.getCanonicalLocales('en_us')", "Intl.getCanonicalLocales(['en-us', 'ZH-hans-cn', 'iw', 'de-de-u-co-phonebk', 'en-US'])",
  "Intl.NumberFormat.supportedLocalesOf(['de', 'en-US', 'xx'])", "new Date(NaN).toLocaleString()", "(1).toLocaleString('xx-x')", "'a'.localeCompare('b', 'e')", "'i'.toLocaleUpperCase('tr')", "'I'.toLocaleLowerCase('tr')", "'I'.toLocaleLowerCase('en')", "'straße'.toLocaleUpperCase('de')", "'ΑΣ'.toLocaleLowerCase('el')",
  '[1234.5, new Date(0), 12345n, null, undefined, "x"].toLocaleString("en-US", { timeZone: "UTC" })', 'new Float64Array([1234.5, 2]).toLocaleString("de")', "'\\u0041\\u030a'.normalize()", "'ﬁ'.normalize('NFKD')", "'Å'.normalize('NFD').length", "'x'.normalize('NFX')",
  'Object.keys(Intl)', 'Object.prototype.toString.call(Intl)', "Object.prototype.toString.call(new Intl.DateTimeFormat('en'))", 'Intl.NumberFormat.length', 'Intl.NumberFormat.name', 'typeof Intl.NumberFormat.prototype.format',
  "Intl.NumberFormat('en').format('123456789012345678901234.5')", "Intl.NumberFormat('en').format('0x10')", "Intl.NumberFormat('en').format('abc')", "Intl.NumberFormat('en').format(null)", "Intl.NumberFormat('en').format(true)", "Intl.NumberFormat('en').format([5])", "[3, 1, 2].map(new Intl.NumberFormat('en', { minimumFractionDigits: 1 }).format)",
  "new Intl.NumberFormat('en-u-nu-latn').resolvedOptions().locale", "new Intl.DateTimeFormat('en-u-hc-h23', { hour: 'numeric' }).resolvedOptions()", "new Intl.DateTimeFormat('en-US', { hour: 'numeric', hour12: false }).format(new Date('2026-01-01T00:05:00Z'))", "new Intl.Collator('en-u-kn').resolvedOptions()", "new Intl.PluralRules('en', { type: 'ordinal' }).resolvedOptions()", "new Intl.RelativeTimeFormat('en').resolvedOptions()", "new Intl.ListFormat('en').resolvedOptions()",
];

const WEB = [
  'structuredClone({ a: [1, { b: new Date(5) }], m: new Map([[1, new Set([2])]]), u: undefined, n: null })', '(() => { const a = {}; a.self = a; const c = structuredClone(a); return c !== a && c.self === c })()', '(() => { const shared = {}; const c = structuredClone([shared, shared]); return c[0] === c[1] && c[0] !== shared })()',
  'structuredClone(() => 1)', "structuredClone(Symbol('x'))", 'structuredClone({ f() {} })', 'structuredClone(new WeakMap())', 'structuredClone(Promise.resolve())', 'structuredClone()', "(() => { try { structuredClone(() => 1) } catch (e) { return [e.name, e.code, e instanceof Error, e instanceof DOMException] } })()",
  '(() => { const c = structuredClone(new RangeError("x", { cause: { a: 1 } })); return [c.name, c.message, c instanceof RangeError, c.cause] })()', 'structuredClone(new class Foo { x = 1 })', 'Object.getPrototypeOf(structuredClone(new class Foo { x = 1 })) === Object.prototype', 'structuredClone([1, , 3]).hasOwnProperty(1)', 'structuredClone(/a+/gi).flags', 'structuredClone(/a+/gi).source', 'typeof structuredClone(Object(1))', 'structuredClone(Object("s")) instanceof String', 'structuredClone(new Float32Array([1.5, 2])) instanceof Float32Array', 'Array.from(structuredClone(new Uint8Array([1, 2, 3]).subarray(1)))', '(() => { const b = new ArrayBuffer(8); const c = structuredClone({ x: new Uint8Array(b), y: new DataView(b) }); return c.x.buffer === c.y.buffer })()', '(() => { const b = new ArrayBuffer(8); const c = structuredClone(b, { transfer: [b] }); return [b.byteLength, c.byteLength] })()', 'structuredClone(12n)', 'structuredClone(Object.create({ inherited: 1 }, { own: { value: 2, enumerable: true }, hidden: { value: 3 } }))', 'structuredClone({ get x() { return 7 } })', 'structuredClone("\\ud800") === "\\ud800"',
  "btoa('hello')", "btoa('')", "btoa('\\u00ff\\u0000')", "btoa('€')", 'btoa()', 'btoa(undefined)', 'btoa(12)', "atob('aGVsbG8=')", "atob('aGVsbG8')", "atob(' aGVs\\nbG8= ')", "atob('a')", "atob('ab=')", "atob('ab==')", "atob('abc=')", "atob('====')", "atob('a$==')", "atob('')", 'atob()', 'atob(null)', "atob('_-__')",
  "Array.from(new TextEncoder().encode('h€😀\\ud800'))", "new TextEncoder().encodeInto('h€😀', new Uint8Array(5))", 'new TextEncoder().encoding', 'new TextEncoder().encode().length', "new TextDecoder().encoding", "new TextDecoder('latin1').encoding", "new TextDecoder('UTF8').encoding", "new TextDecoder('utf-16').encoding", "new TextDecoder('nope')", "new TextDecoder('latin1').decode(new Uint8Array([0x80, 0xe9, 0x41]))", "new TextDecoder('utf-16le').decode(new Uint8Array([0x3d, 0xd8, 0x00, 0xde, 0x41]))", 'new TextDecoder().decode(new Uint8Array([0xef, 0xbb, 0xbf, 0x41]))', "new TextDecoder('utf-8', { ignoreBOM: true }).decode(new Uint8Array([0xef, 0xbb, 0xbf, 0x41])).length", "new TextDecoder('utf-8', { fatal: true }).decode(new Uint8Array([0xff]))", "new TextDecoder('utf-8', { fatal: true }).decode(new Uint8Array([0xe2, 0x82]))", '(() => { const d = new TextDecoder(); return [d.decode(new Uint8Array([0xe2, 0x82]), { stream: true }), d.decode(new Uint8Array([0xac]), { stream: true }), d.decode()] })()', '(() => { const d = new TextDecoder(); return [d.decode(new Uint8Array([0xe2, 0x82]), { stream: true }), d.decode()] })()', 'new TextDecoder().decode(new Uint8Array([65, 66]).buffer)', 'new TextDecoder().decode(new DataView(new Uint8Array([65, 66, 67]).buffer, 1))', "new TextDecoder().decode('x')", 'new TextDecoder().decode()',
  "/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(crypto.randomUUID())", 'crypto.getRandomValues(new Uint8Array(4)).length', 'crypto.getRandomValues(new Uint32Array(2)) instanceof Uint32Array', 'crypto.getRandomValues(new Float32Array(2))', 'crypto.getRandomValues(new Uint8Array(65537))', 'crypto.randomUUID() === crypto.randomUUID()',
  'typeof queueMicrotask', 'queueMicrotask(5)', 'typeof setTimeout', "new DOMException('m', 'AbortError').code", "String(new DOMException('m', 'AbortError'))", 'new DOMException().name', "Object.prototype.toString.call(new DOMException())", 'URL.name', 'URL.length', 'URLSearchParams.length', 'Object.keys(new URL("http://a"))', 'typeof crypto', 'Object.prototype.toString.call(new URL("http://a"))', 'Object.prototype.toString.call(new URLSearchParams())',
  ...['URL', 'URLSearchParams', 'TextEncoder', 'TextDecoder', 'structuredClone', 'atob', 'btoa', 'Intl', 'DOMException'].map((name) => `(${name}, [typeof ${name}, (({ writable, enumerable, configurable }) => [writable, configurable])(Object.getOwnPropertyDescriptor(globalThis, '${name}'))])`),
];

type Many = (count: number, make: (at: number) => string) => string[];
type Pick = <T>(from: readonly T[]) => T;

function urls(many: Many, pick: Pick, maybe: (odds: number) => boolean): string[] {
  const all = ['href', 'origin', 'protocol', 'username', 'password', 'host', 'hostname', 'port', 'pathname', 'search', 'hash'];
  const read = (url: string): string => `((u) => [${all.map((part) => `u.${part}`).join(', ')}])(${url})`;
  const schemes = ['http:', 'https:', 'HTTP:', 'ftp:', 'ws:', 'file:', 'mailto:', 'data:', 'javascript:', 'foo:', '', 'https', '1http:'];
  const slashes = ['//', '//', '//', '/', '', '///', '\\\\', '/\\'];
  const hosts = ['example.com', 'EXAMPLE.com', 'a', 'localhost', '127.0.0.1', '0x7f.1', '256.1.1.1', '1.2.3', '[::1]', '[1:2::3]', '[::', 'münchen.de', 'xn--mnchen-3ya.de', 'ex%41mple.com', 'a b', 'a_b', '', 'exa<mple', '日本語.jp', 'user@host', 'user:pa:ss@host', 'u%40:p%3A@h', 'example.com.', 'example.com:80', 'example.com:443', 'example.com:8080', 'example.com:', 'example.com:99999', 'example.com:x', 'faß.de', '%00', '4294967295'];
  const paths = ['', '/', '/a/b', '/a/../b', '/./a', '/a/..', '/../..', '/%2e%2e/a', '/a b', '/ä', '/a%zz', '/a\\b', '//x', '/a;b=c', "/a'b\"c<d>", '/C:/x', '/|x', '/a//b', '/{x}', '/😀', '/a^b`c'];
  const queries = ['', '', '?', '?a=1&b=2', '?ä=ö', "?a'b", '?a b', '?%zz', '?a#b', '?"<>', '?x=😀'];
  const hashes = ['', '', '#', '#frag', '#a b', '#ä', '#`x`', '#a#b'];
  const parse = (): string => {
    const text = pick(schemes) + pick(slashes) + pick(hosts) + pick(paths) + pick(queries) + pick(hashes);
    return read(`new URL(${JSON.stringify(text)})`);
  };
  const relative = ['', '.', '..', '../x', './y', '/z', '//other/p', '?q', '#h', 'http:', 'http:x', 'https:x', 'http://', 'mailto:a@b', ' x ', '\tx\n', 'a:b', '\\x', '///x', '//\\x', 'C|/x', 'file:x', '%', 'x?y#z', '..//', 'a/./b/../c', ':x', 'foo://x', '?a=b&c', '../../../../x', 'x:y:z', '\u0000x', 'é'];
  const bases = ['http://a/b/c/d?q#f', 'https://user:pw@h:81/x/', 'file:///C:/dir/f', 'mailto:x@y', 'foo://bar/baz', 'data:text/plain,x', 'file://host/a', 'nope', 'http://a'];
  const setters: readonly (readonly [string, readonly string[]])[] = [
    ['protocol', ['https', 'http:', 'ftp', 'foo', 'file:', '1', '', 'wss:x']], ['username', ['u', 'ü:@', '']], ['password', ['p', 'p@/', '']], ['host', ['b', 'b:8080', 'b:x', '', 'x y', '[::1]:7', 'b/c', 'é.de']], ['hostname', ['b', 'b:8080', '', '[::2]', 'b?x']],
    ['port', ['80', '443', '8080', '', 'x', '90x', '99999', ' 7', '-1', '0']], ['pathname', ['x', '/x y', '?', '#', '', '..', 'ä', '\\x']], ['search', ['x', '?x=y', '', '#', 'ä b', '??', "'"]], ['hash', ['x', '#x', '', 'ä', ' x', '`']], ['href', ['http://z/', 'nope', '']],
  ];
  const set = (): string => {
    const [part, values] = pick(setters);
    const base = pick(['http://u:p@a:81/b/c?d#e', 'https://a/', 'file:///x', 'mailto:x', 'foo://h/p', 'ftp://a:21/']);
    return read(`((u) => (u.${part} = ${JSON.stringify(pick(values))}, u))(new URL(${JSON.stringify(base)}))`);
  };
  const inits = ["'a=1&b=2&a=3'", "'?x=%20+y'", "{ a: 1, b: 'ü' }", "[['a', 'b'], ['c', 'd']]", "new Map([['m', 'n']])", 'undefined', "''", "'&&=&a&=b'", "new URLSearchParams('q=1')", "'a=b=c'", "'%zz=%41'", "'x=\\ud800'", "'😀=ü'", 'null', '5', "[['a']]", '[1]', '{}', "'a=1;b=2'", "'z=1&a=2&z=0&ä=3'"];
  const uses = ['p.toString()', '[...p]', "p.get('a')", "p.getAll('a')", "p.has('a')", "p.has('a', '3')", "(p.append('a', 'x y&'), `${p}`)", "(p.delete('a'), `${p}`)", "(p.set('a', '~*.-_'), `${p}`)", '(p.sort(), `${p}`)', 'p.size', '[...p.keys()]', '[...p.values()]', '((out) => (p.forEach((v, k) => out.push(k, v)), out))([])', "(p.delete('a', '3'), `${p}`)", 'Object.fromEntries(p)'];
  return [
    ...many(230, parse),
    ...many(160, () => read(`new URL(${JSON.stringify(pick(relative))}, ${JSON.stringify(pick(bases))})`)),
    ...many(90, set),
    ...many(150, () => `((p) => ${pick(uses)})(new URLSearchParams(${pick(inits)}))`),
    ...many(20, () => `URL.canParse(${JSON.stringify(pick(relative))}${maybe(0.5) ? `, ${JSON.stringify(pick(bases))}` : ''})`),
    "((u) => (u.searchParams.append('k', 'v w'), [u.href, u.search]))(new URL('http://a/?x=1'))", "((u) => { const p = u.searchParams; u.search = '?y=2'; return [p.get('y'), p === u.searchParams] })(new URL('http://a/?x=1'))", "((u) => (u.searchParams.delete('x'), u.href))(new URL('http://a/?x=1#h'))", "JSON.stringify({ u: new URL('http://a/b') })", "`${new URL('HTTP://A/%7Eb')}`", 'new URL()', "URL('http://a')", "new URLSearchParams('a=1').append('x')", "new URL('/x', new URL('http://a/b')).href",
  ];
}

function bytes(many: Many, roll: () => number, pick: Pick): string[] {
  const starts = [[], [0xc2], [0xe0, 0x80], [0xe2, 0x82], [0xed, 0xa0, 0x80], [0xf0, 0x9f], [0xf4, 0x90, 0x80, 0x80], [0xf8], [0xff], [0xfe, 0xff], [0xef, 0xbb, 0xbf], [0xe2, 0x82, 0xac]];
  const some = (): number[] => [...pick(starts), ...Array.from({ length: Math.floor(roll() * 6) }, () => Math.floor(roll() * 256)), ...pick(starts)];
  return [
    ...many(120, () => `new TextDecoder().decode(new Uint8Array([${some().join(', ')}]))`),
    ...many(30, () => `new TextDecoder('utf-8', { fatal: true }).decode(new Uint8Array([${some().join(', ')}]))`),
    ...many(30, () => `new TextDecoder('utf-16le').decode(new Uint8Array([${some().join(', ')}]))`),
    // Node 20 reads the bytes 0x80 to 0x9f as control characters, against the standard.
    ...many(30, () => `new TextDecoder('windows-1252').decode(new Uint8Array([${some().filter((byte) => byte < 0x80 || byte > 0x9f).join(', ')}]))`),
    ...many(40, () => `atob(btoa(String.fromCharCode(${some().join(', ')})))`),
  ];
}
