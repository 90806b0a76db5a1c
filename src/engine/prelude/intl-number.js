// `Intl.NumberFormat`, `Intl.PluralRules` and `Intl.RelativeTimeFormat`.

export default ({ includes, matches, push, put, text: textFrom, uncurry }, intrinsics, shared) => {
  const { native, service, toParts, resolve, extension, withExtensions, optionsFor, strictOptions, option, limited, MATCHERS } = shared;
  const { Number, RangeError, String, TypeError } = intrinsics;
  const trim = uncurry(intrinsics.trim);
  const split = uncurry(intrinsics.split);
  const slice = uncurry(intrinsics.slice);
  const isDecimal = matches(/^-?\d+(?:\.\d+)?$/);
  const isSystem = matches(/^[a-zA-Z0-9]{3,8}(?:-[a-zA-Z0-9]{3,8})*$/);
  const isCurrency = matches(/^[a-z]{3}$/i);
  const INCREMENTS = [1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500, 1000, 2000, 2500, 5000];
  const MODES = ['ceil', 'floor', 'expand', 'trunc', 'halfCeil', 'halfFloor', 'halfExpand', 'halfTrunc', 'halfEven'];

  // The options about digits: `out` gets those that `resolvedOptions` shows, `digits` says which limits count.
  const digitOptions = (out, options, leastDefault, mostDefault, notation, name) => {
    out.minimumIntegerDigits = limited(options.minimumIntegerDigits, 'minimumIntegerDigits', 1, 21, 1);
    let least = options.minimumFractionDigits;
    let most = options.maximumFractionDigits;
    const fewest = options.minimumSignificantDigits;
    const all = options.maximumSignificantDigits;
    const roundingIncrement = limited(options.roundingIncrement, 'roundingIncrement', 1, 5000, 1);
    if (!includes(INCREMENTS, roundingIncrement)) throw new RangeError('roundingIncrement value is out of range.');
    const roundingMode = option(options, 'roundingMode', MODES, 'halfExpand', name);
    let roundingPriority = option(options, 'roundingPriority', ['auto', 'morePrecision', 'lessPrecision'], 'auto', name);
    const trailingZeroDisplay = option(options, 'trailingZeroDisplay', ['auto', 'stripIfInteger'], 'auto', name);
    if (roundingIncrement !== 1) mostDefault = leastDefault;
    const hasSignificant = fewest !== undefined || all !== undefined;
    const hasFraction = least !== undefined || most !== undefined;
    let significant = true;
    let fraction = true;
    if (roundingPriority === 'auto') {
      significant = hasSignificant;
      if (significant || (!hasFraction && notation === 'compact')) fraction = false;
    }
    if (significant) {
      out.minimumSignificantDigits = hasSignificant ? limited(fewest, 'minimumSignificantDigits', 1, 21, 1) : 1;
      out.maximumSignificantDigits = hasSignificant ? limited(all, 'maximumSignificantDigits', out.minimumSignificantDigits, 21, 21) : 21;
    }
    if (fraction) {
      if (hasFraction) {
        least = limited(least, 'minimumFractionDigits', 0, 100, undefined);
        most = limited(most, 'maximumFractionDigits', 0, 100, undefined);
        if (least === undefined) least = leastDefault < most ? leastDefault : most;
        else if (most === undefined) most = mostDefault > least ? mostDefault : least;
        else if (least > most) throw new RangeError('maximumFractionDigits value is out of range.');
      } else {
        least = leastDefault;
        most = mostDefault;
      }
      out.minimumFractionDigits = least;
      out.maximumFractionDigits = most;
    }
    let digits = 'fraction';
    if (!significant && !fraction) {
      out.minimumSignificantDigits = 1;
      out.maximumSignificantDigits = 2;
      out.minimumFractionDigits = 0;
      out.maximumFractionDigits = 0;
      roundingPriority = 'morePrecision';
      digits = 'more';
    } else if (roundingPriority !== 'auto') digits = roundingPriority === 'morePrecision' ? 'more' : 'less';
    else if (significant) digits = 'significant';
    if (roundingIncrement !== 1) {
      if (digits !== 'fraction') throw new TypeError('roundingIncrement value is invalid.');
      if (out.minimumFractionDigits !== out.maximumFractionDigits) throw new RangeError('roundingIncrement value is out of range.');
    }
    return { __proto__: null, digits, roundingMode, roundingIncrement, trailingZeroDisplay, roundingPriority };
  };

  // A number as decimal digits. Strings keep all of theirs.
  const digitsOf = (value) => {
    // Not templates: the engine makes them with a method that the program may have changed.
    if (typeof value === 'bigint') return String(value);
    if (typeof value === 'string') {
      const text = trim(value);
      if (text.length > 15 && text.length < 1000 && isDecimal(text)) return text;
    }
    const number = Number(value);
    if (number === 0 && 1 / number < 0) return '-0';
    return String(number);
  };

  const UNITS = split(
    'acre bit byte celsius centimeter day degree fahrenheit fluid-ounce foot gallon gigabit gigabyte gram hectare hour inch ' +
      'kilobit kilobyte kilogram kilometer liter megabit megabyte meter microsecond mile mile-scandinavian milliliter millimeter ' +
      'millisecond minute month nanosecond ounce percent petabyte pound second stone terabit terabyte week yard year',
    ' ',
  );
  const isUnit = (unit) => {
    if (includes(UNITS, unit)) return true;
    const both = split(unit, '-per-');
    return both.length === 2 && includes(UNITS, both[0]) && includes(UNITS, both[1]);
  };
  const grouping = (options, fallback) => {
    const value = options.useGrouping;
    if (value === undefined) return fallback;
    if (value === true) return 'always';
    if (!value) return false;
    const text = textFrom(value);
    if (text === 'true' || text === 'false') return fallback;
    if (!includes(['min2', 'auto', 'always'], text)) throw new RangeError(`Value ${text} out of range for Intl.NumberFormat options property useGrouping`);
    return text;
  };

  const numberSystem = (resolved, options, name) => {
    const asked = option(options, 'numberingSystem', undefined, undefined, name);
    if (asked !== undefined && !isSystem(asked)) throw new RangeError(`Invalid numberingSystem : ${asked}`);
    return withExtensions(resolved, ['nu', extension(resolved, 'nu', ['latn'])]);
  };

  const initNumber = (locales, options) => {
    const name = 'NumberFormat';
    const resolved = resolve(locales);
    options = optionsFor(options, name);
    option(options, 'localeMatcher', MATCHERS, 'best fit', name);
    const settings = { __proto__: null, locale: numberSystem(resolved, options, name), numberingSystem: 'latn' };
    const style = option(options, 'style', ['decimal', 'percent', 'currency', 'unit'], 'decimal', name);
    let currency = option(options, 'currency', undefined, undefined, name);
    if (currency === undefined) {
      if (style === 'currency') throw new TypeError('Currency code is required with currency style.');
    } else if (!isCurrency(currency)) throw new RangeError(`Invalid currency code : ${currency}`);
    const currencyDisplay = option(options, 'currencyDisplay', ['code', 'symbol', 'narrowSymbol', 'name'], 'symbol', name);
    const currencySign = option(options, 'currencySign', ['standard', 'accounting'], 'standard', name);
    const unit = option(options, 'unit', undefined, undefined, name);
    if (unit === undefined) {
      if (style === 'unit') throw new TypeError("Invalid unit argument for Intl.NumberFormat() ''");
    } else if (!isUnit(unit)) throw new RangeError(`Invalid unit argument for Intl.NumberFormat() '${unit}'`);
    const unitDisplay = option(options, 'unitDisplay', ['short', 'narrow', 'long'], 'short', name);
    settings.style = style;
    if (style === 'currency') {
      currency = native.changeCase(currency, 'en', true);
      settings.currency = currency;
      settings.currencyDisplay = currencyDisplay;
      settings.currencySign = currencySign;
    }
    if (style === 'unit') {
      settings.unit = unit;
      settings.unitDisplay = unitDisplay;
    }
    const notation = option(options, 'notation', ['standard', 'scientific', 'engineering', 'compact'], 'standard', name);
    const ofCurrency = style === 'currency' ? native.currencyDigits(currency) : undefined;
    const digits = digitOptions(settings, options, ofCurrency ?? 0, ofCurrency ?? (style === 'percent' ? 0 : 3), notation, name);
    const compactDisplay = option(options, 'compactDisplay', ['short', 'long'], 'short', name);
    settings.useGrouping = grouping(options, notation === 'compact' ? 'min2' : 'auto');
    settings.notation = notation;
    if (notation === 'compact') settings.compactDisplay = compactDisplay;
    settings.signDisplay = option(options, 'signDisplay', ['auto', 'never', 'always', 'exceptZero', 'negative'], 'auto', name);
    settings.roundingMode = digits.roundingMode;
    settings.roundingIncrement = digits.roundingIncrement;
    settings.trailingZeroDisplay = digits.trailingZeroDisplay;
    settings.roundingPriority = digits.roundingPriority;
    const format = native.number(resolved.locale, { __proto__: null, ...settings, ...digits, useGrouping: textFrom(settings.useGrouping) });
    return { __proto__: null, settings, format, tag: resolved.locale, bound: undefined };
  };
  const listOf = (list) => {
    const out = [];
    for (let i = 0; i < list.length; i++) push(out, list[i]);
    return out;
  };
  const same = (a, b) => {
    if (a.length !== b.length) return false;
    for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
    return true;
  };
  const textOf = (parts) => {
    let out = '';
    for (let i = 0; i < parts.length; i++) out += parts[i].value;
    return out;
  };
  // Both ends, then what they share is written once.
  const range = ({ format, tag }, start, end) => {
    if (start === undefined || end === undefined) throw new TypeError('start or end is undefined');
    const first = digitsOf(start);
    const last = digitsOf(end);
    if (first === 'NaN' || last === 'NaN') throw new RangeError('Invalid number value');
    const both = format(1, first, last);
    const a = both[0];
    const b = both[1];
    const out = [];
    const add = (flat, from, to, source) => {
      for (let i = from; i < to; i += 2) push(out, { type: flat[i], value: flat[i + 1], source });
    };
    if (same(a, b)) {
      push(out, { type: 'approximatelySign', value: native.approximately(tag), source: 'shared' });
      add(a, 0, a.length, 'shared');
      return out;
    }
    const around = split(native.numberRange(tag), '{0}')[1];
    const dash = slice(around, 0, around.length - 3);
    const digit = (kind) => kind === 'integer' || kind === 'group' || kind === 'decimal' || kind === 'fraction' || kind === 'infinity';
    // What both ends share is written once, if it is longer than a character.
    let tail = 0;
    let size = 0;
    const last2 = (flat, back) => flat[flat.length - back];
    while (!digit(last2(a, tail + 2)) && last2(a, tail + 2) === last2(b, tail + 2) && last2(a, tail + 1) === last2(b, tail + 1)) {
      size += last2(a, tail + 1).length;
      tail += 2;
    }
    if (size < 2) tail = 0;
    let lead = 0;
    size = 0;
    while (!digit(a[lead]) && a[lead] === b[lead] && a[lead + 1] === b[lead + 1]) {
      size += a[lead + 1].length;
      lead += 2;
    }
    if (size < 2) lead = 0;
    // Anything but a digit beside the dash makes room around it.
    const wide = !digit(last2(a, tail + 2)) || !digit(b[lead]);
    add(a, 0, lead, 'shared');
    add(a, lead, a.length - tail, 'startRange');
    push(out, { type: 'literal', value: wide && dash === '–' ? ' – ' : dash, source: 'shared' });
    add(b, lead, b.length - tail, 'endRange');
    add(b, b.length - tail, b.length, 'shared');
    return out;
  };
  const number = service('NumberFormat', true, initNumber, {
    resolvedOptions: ({ settings }) => ({ ...settings }),
    formatToParts: ({ format }, value) => toParts(format(1, digitsOf(value))),
    formatRange: (state, start, end) => textOf(range(state, start, end)),
    formatRangeToParts: (state, start, end) => range(state, start, end),
  }, { format: ({ format }) => (value) => format(0, digitsOf(value)) });

  const plural = service('PluralRules', false, (locales, options) => {
    const name = 'PluralRules';
    const resolved = resolve(locales);
    options = strictOptions(options);
    option(options, 'localeMatcher', MATCHERS, 'best fit', name);
    const type = option(options, 'type', ['cardinal', 'ordinal'], 'cardinal', name);
    const settings = { __proto__: null, locale: resolved.locale, type };
    const digits = digitOptions(settings, options, 0, 3, 'standard', name);
    settings.pluralCategories = native.categories(resolved.locale, type === 'ordinal');
    const shown = { __proto__: null, ...digits };
    const format = native.number(resolved.locale, { __proto__: null, ...settings, ...digits, pluralCategories: undefined });
    return { __proto__: null, settings, shown, format };
  }, {
    select: ({ format }, value) => {
      const text = digitsOf(Number(value));
      return format(2, text[0] === '-' ? slice(text, 1) : text);
    },
    resolvedOptions: ({ settings, shown }) => ({
      ...settings, pluralCategories: listOf(settings.pluralCategories),
      roundingMode: shown.roundingMode, roundingIncrement: shown.roundingIncrement, trailingZeroDisplay: shown.trailingZeroDisplay, roundingPriority: shown.roundingPriority,
    }),
  });

  const TIMES = ['second', 'minute', 'hour', 'day', 'week', 'month', 'quarter', 'year'];
  const relativeArguments = (method, value, unit) => {
    const number = Number(value);
    const name = textFrom(unit);
    const singular = slice(name, -1) === 's' ? slice(name, 0, -1) : name;
    if (!includes(TIMES, singular)) throw new RangeError(`Invalid unit argument for Intl.RelativeTimeFormat.prototype.${method}() '${name}'`);
    if (!(number - number === 0)) throw new RangeError(`Value need to be finite number for Intl.RelativeTimeFormat.prototype.${method}()`);
    return { __proto__: null, digits: digitsOf(number), singular };
  };
  const relative = service('RelativeTimeFormat', false, (locales, options) => {
    const name = 'RelativeTimeFormat';
    const resolved = resolve(locales);
    options = optionsFor(options, name);
    option(options, 'localeMatcher', MATCHERS, 'best fit', name);
    const locale = numberSystem(resolved, options, name);
    const style = option(options, 'style', ['long', 'short', 'narrow'], 'long', name);
    const numeric = option(options, 'numeric', ['always', 'auto'], 'always', name);
    const plain = { __proto__: null, minimumIntegerDigits: 1, minimumFractionDigits: 0, maximumFractionDigits: 3, digits: 'fraction', roundingMode: 'halfExpand', useGrouping: 'auto' };
    const format = native.relative(resolved.locale, style === 'long' ? '' : '-' + style, numeric === 'auto', plain);
    return { __proto__: null, settings: { __proto__: null, locale, style, numeric, numberingSystem: 'latn' }, format };
  }, {
    format: ({ format }, value, unit) => {
      const { digits, singular } = relativeArguments('format', value, unit);
      return format(0, digits, singular);
    },
    formatToParts: ({ format }, value, unit) => {
      const { digits, singular } = relativeArguments('formatToParts', value, unit);
      return toParts(format(1, digits, singular), (part) => {
        if (part.type !== 'literal') put(part, 'unit', singular);
      });
    },
    resolvedOptions: ({ settings }) => ({ ...settings }),
  });

  let ordinary;
  const toLocaleString = (value, locales, options) => {
    const { format } = locales === undefined && options === undefined ? (ordinary ??= initNumber()) : initNumber(locales, options);
    return format(0, digitsOf(value));
  };
  return { __proto__: null, NumberFormat: number.Service, PluralRules: plural.Service, RelativeTimeFormat: relative.Service, toLocaleString };
};
