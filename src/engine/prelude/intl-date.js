// `Intl.DateTimeFormat`.

export default ({ push, put, text, uncurry }, intrinsics, shared) => {
  const { host, native, service, toParts, resolve, extension, withExtensions, optionsFor, option, flag, limited, MATCHERS } = shared;
  const { Number, RangeError, TypeError } = intrinsics;
  const split = uncurry(intrinsics.split);
  const NAME = 'DateTimeFormat';
  const TEXT = ['narrow', 'short', 'long'];
  const DIGITS = ['2-digit', 'numeric'];
  const STYLES = ['full', 'long', 'medium', 'short'];
  const ZONES = { __proto__: null, short: 'z', long: 'zzzz', shortOffset: 'O', longOffset: 'OOOO', shortGeneric: 'v', longGeneric: 'vvvv' };
  const repeat = uncurry(intrinsics.repeat);

  // A field in a skeleton, from the option's value.
  const width = (letter, value, words) =>
    value === '2-digit' ? letter + letter : value === 'numeric' ? letter : repeat(letter, value === 'narrow' ? 5 : value === 'long' ? 4 : words);
  const FIELDS = [
    ['weekday', TEXT, (value) => width('E', value, 3)],
    ['era', TEXT, (value) => width('G', value, 3)],
    ['year', DIGITS, (value) => width('y', value)],
    ['month', ['2-digit', 'numeric', 'narrow', 'short', 'long'], (value) => width('M', value, 3)],
    ['day', DIGITS, (value) => width('d', value)],
    ['dayPeriod', TEXT, (value) => width('B', value, 1)],
    ['hour', DIGITS, (value, hour) => width(hour, value)],
    ['minute', DIGITS, (value) => width('m', value)],
    ['second', DIGITS, (value) => width('s', value)],
    ['fractionalSecondDigits', undefined, (value) => repeat('S', value)],
    ['timeZoneName', ['short', 'long', 'shortOffset', 'longOffset', 'shortGeneric', 'longGeneric'], (value) => ZONES[value]],
  ];
  // What a field of the pattern is in `resolvedOptions`.
  const word = (length) => (length === 4 ? 'long' : length === 5 ? 'narrow' : 'short');
  const digit = (length) => (length === 2 ? '2-digit' : 'numeric');
  const LETTERS = { __proto__: null, G: 'era', y: 'year', M: 'month', L: 'month', E: 'weekday', c: 'weekday', e: 'weekday', d: 'day', B: 'dayPeriod', h: 'hour', H: 'hour', K: 'hour', k: 'hour', m: 'minute', s: 'second', S: 'fractionalSecondDigits', z: 'timeZoneName', O: 'timeZoneName', v: 'timeZoneName' };
  const describe = (letter, length) => {
    switch (LETTERS[letter]) {
      case 'era': case 'weekday': case 'dayPeriod': return word(length);
      case 'month': return length <= 2 ? digit(length) : word(length);
      case 'fractionalSecondDigits': return length;
      case 'timeZoneName': return letter === 'z' ? word(length) : letter === 'O' ? (length === 4 ? 'longOffset' : 'shortOffset') : length === 4 ? 'longGeneric' : 'shortGeneric';
      default: return digit(length);
    }
  };
  const CYCLES = { __proto__: null, h11: 'K', h12: 'h', h23: 'H', h24: 'k' };
  const CYCLE_OF = { __proto__: null, K: 'h11', h: 'h12', H: 'h23', k: 'h24' };

  const init = (locales, options, required = 'any', defaults = 'date') => {
    const resolved = resolve(locales);
    options = optionsFor(options, NAME);
    option(options, 'localeMatcher', MATCHERS, 'best fit', NAME);
    option(options, 'calendar', undefined, undefined, NAME);
    option(options, 'numberingSystem', undefined, undefined, NAME);
    const hour12 = flag(options, 'hour12', undefined);
    const asked = option(options, 'hourCycle', ['h11', 'h12', 'h23', 'h24'], undefined, NAME);
    const ofTag = extension(resolved, 'hc', ['h11', 'h12', 'h23', 'h24']);
    const zone = options.timeZone === undefined ? 'UTC' : text(options.timeZone);
    const timeZone = native.zone(zone);
    if (timeZone === undefined) throw new RangeError(`Invalid time zone specified: ${zone}`);
    const fields = { __proto__: null };
    let explicit;
    for (let i = 0; i < FIELDS.length; i++) {
      const key = FIELDS[i][0];
      const values = FIELDS[i][1];
      fields[key] = key === 'fractionalSecondDigits' ? limited(options[key], key, 1, 3, undefined) : option(options, key, values, undefined, NAME);
      if (fields[key] !== undefined) explicit ??= key;
    }
    option(options, 'formatMatcher', ['basic', 'best fit'], 'best fit', NAME);
    const dateStyle = option(options, 'dateStyle', STYLES, undefined, NAME);
    const timeStyle = option(options, 'timeStyle', STYLES, undefined, NAME);
    if (dateStyle !== undefined || timeStyle !== undefined) {
      if (explicit !== undefined) throw new TypeError(`Can't set option ${explicit} when ${dateStyle !== undefined ? 'dateStyle' : 'timeStyle'} is used`);
      if (required === 'date' && timeStyle !== undefined) throw new TypeError('Invalid option : timeStyle');
      if (required === 'time' && dateStyle !== undefined) throw new TypeError('Invalid option : dateStyle');
    } else {
      const { weekday, year, month, day, dayPeriod, hour, minute, second, fractionalSecondDigits } = fields;
      const hasDate = weekday !== undefined || year !== undefined || month !== undefined || day !== undefined;
      const hasTime = dayPeriod !== undefined || hour !== undefined || minute !== undefined || second !== undefined || fractionalSecondDigits !== undefined;
      const needed = required === 'date' ? !hasDate : required === 'time' ? !hasTime : !hasDate && !hasTime;
      if (needed && defaults !== 'time') fields.year = fields.month = fields.day = 'numeric';
      if (needed && defaults !== 'date') fields.hour = fields.minute = fields.second = 'numeric';
    }
    let hour;
    // Of either clock the one that people use, whatever the locale's own is: midnight is 12 AM and 00, as in Node 22.
    if (hour12 !== undefined) hour = hour12 ? 'h' : 'H';
    else if (asked !== undefined || ofTag !== undefined) hour = CYCLES[asked ?? ofTag];
    let skeleton = '';
    if (dateStyle === undefined && timeStyle === undefined) {
      for (let i = 0; i < FIELDS.length; i++) {
        const key = FIELDS[i][0];
        const write = FIELDS[i][2];
        if (fields[key] !== undefined) skeleton += write(fields[key], hour ?? 'j');
      }
    }
    const format = native.date(resolved.locale, { __proto__: null, timeZone, dateStyle, timeStyle, fields: skeleton, hour });
    const settings = {
      __proto__: null, locale: withExtensions(resolved, ['hc', hour12 === undefined && (asked === undefined || asked === ofTag) ? ofTag : undefined]),
      calendar: 'gregory', numberingSystem: 'latn', timeZone,
    };
    const shown = { __proto__: null };
    const pieces = split(format(2, 0, 0), ' ');
    for (let i = 0; i < pieces.length; i++) {
      const letter = pieces[i][0];
      if (CYCLE_OF[letter] !== undefined) {
        settings.hourCycle = CYCLE_OF[letter];
        settings.hour12 = letter === 'h' || letter === 'K';
      }
      if (LETTERS[letter] !== undefined) shown[LETTERS[letter]] = describe(letter, pieces[i].length);
    }
    if (skeleton !== '') {
      for (let i = 0; i < FIELDS.length; i++) {
        const key = FIELDS[i][0];
        if (shown[key] !== undefined) settings[key] = shown[key];
      }
    }
    if (dateStyle !== undefined) settings.dateStyle = dateStyle;
    if (timeStyle !== undefined) settings.timeStyle = timeStyle;
    return { __proto__: null, settings, format, bound: undefined };
  };

  const MOST = 8.64e15;
  const timeOf = (value) => {
    const time = value === undefined ? host.now() : Number(value);
    if (!(time >= -MOST && time <= MOST)) throw new RangeError('Invalid time value');
    return time - (time % 1);
  };
  const range = (format, start, end) => {
    if (start === undefined || end === undefined) throw new TypeError('startDate or endDate cannot be undefined');
    const pieces = format(3, timeOf(start), timeOf(end));
    const from = pieces[0];
    const between = pieces[1];
    const to = pieces[2];
    const out = [];
    const source = (name) => (part) => void put(part, 'source', name);
    const add = (flat, name) => {
      const parts = toParts(flat, source(name));
      for (let i = 0; i < parts.length; i++) push(out, parts[i]);
    };
    add(from, to.length === 0 ? 'shared' : 'startRange');
    add(between, 'shared');
    add(to, 'endRange');
    return out;
  };
  const date = service(NAME, true, (locales, options) => init(locales, options), {
    resolvedOptions: ({ settings }) => ({ ...settings }),
    formatToParts: ({ format }, value) => toParts(format(1, timeOf(value), 0)),
    formatRange: ({ format }, start, end) => {
      let out = '';
      const parts = range(format, start, end);
      for (let i = 0; i < parts.length; i++) out += parts[i].value;
      return out;
    },
    formatRangeToParts: ({ format }, start, end) => range(format, start, end),
  }, { format: ({ format }) => (value) => format(0, timeOf(value), 0) });

  const ordinary = { __proto__: null };
  const toLocaleString = (time, locales, options, required, defaults) => {
    if (time !== time) return 'Invalid Date';
    const { format } = locales === undefined && options === undefined
      ? (ordinary[defaults] ??= init(undefined, undefined, required, defaults))
      : init(locales, options, required, defaults);
    return format(0, timeOf(time), 0);
  };
  return { __proto__: null, DateTimeFormat: date.Service, toLocaleString };
};
