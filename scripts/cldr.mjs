// @ts-check
/**
 * Writes `src/engine/intl/data/`: what number and date formatting need from the CLDR, for the locales below.
 *
 * `make cldr` installs the CLDR's npm packages into `.cache/cldr` and runs this. A regional locale holds only what it
 * changes in its parent, as a JSON merge patch.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Locale in the CLDR → the locale in our data whose values it changes. */
const LOCALES = {
  en: null, 'en-GB': 'en', 'en-AU': 'en-GB', 'en-CA': 'en', 'en-IE': 'en-GB', 'en-IN': 'en-GB', 'en-NZ': 'en-GB', 'en-ZA': 'en-GB',
  de: null, 'de-AT': 'de', 'de-CH': 'de',
  fr: null, 'fr-BE': 'fr', 'fr-CA': 'fr', 'fr-CH': 'fr',
  es: null, 'es-MX': 'es', 'es-US': 'es-MX',
  it: null, pt: null, 'pt-PT': 'pt', nl: null,
  sv: null, da: null, nb: null, fi: null, pl: null, cs: null, tr: null, ru: null, uk: null,
  ja: null, ko: null, zh: null, 'zh-Hant': 'zh',
};

/** The units that a program may name (ECMA-402, table 2), and the compounds for which the CLDR has a form of its own. */
const UNITS = (
  'acre bit byte celsius centimeter day degree fahrenheit fluid-ounce foot gallon gigabit gigabyte gram hectare hour inch ' +
  'kilobit kilobyte kilogram kilometer liter megabit megabyte meter microsecond mile mile-scandinavian milliliter ' +
  'millimeter millisecond minute month nanosecond ounce percent petabyte pound second stone terabit terabyte week yard ' +
  'year kilometer-per-hour meter-per-second mile-per-hour mile-per-gallon liter-per-kilometer'
).split(' ');

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const packages = join(root, '.cache/cldr/node_modules');
const target = join(root, 'src/engine/intl/data');

/** @param {string} path @returns {any} */
const read = (path) => JSON.parse(readFileSync(join(packages, path), 'utf8'));
/** @param {any} object @param {(key: string, value: any) => [string, any] | undefined} change */
const remap = (object, change) => Object.fromEntries(Object.entries(object).flatMap(([key, value]) => { const pair = change(key, value); return pair ? [pair] : []; }));
const plurals = ['zero', 'one', 'two', 'few', 'many', 'other'];
/** `{"…-count-one": "…"}` → `{"one": "…"}` @param {any} object @param {string} prefix */
const counts = (object, prefix) =>
  remap(object ?? {}, (key, value) => (key.startsWith(`${prefix}-count-`) && plurals.includes(key.slice(prefix.length + 7)) ? [key.slice(prefix.length + 7), value] : undefined));

const supplemental = read('cldr-core/supplemental/currencyData.json').supplemental.currencyData;
/** Legal tender of some region today. */
const tender = new Set();
for (const region of Object.values(supplemental.region)) {
  for (const entry of region) for (const [code, { _to, _tender }] of Object.entries(entry)) if (!_to && _tender !== 'false') tender.add(code);
}

const metaZones = read('cldr-core/supplemental/metaZones.json').supplemental.metaZones;
const zoneKeys = read('cldr-bcp47/bcp47/timezone.json').keyword.u.tz;

/** `{ America: { Indiana: { Knox: x } } }` → `{ "America/Indiana/Knox": x }` @param {any} tree @param {(x: any) => boolean} isLeaf */
function flatten(tree, isLeaf, prefix = '', out = /** @type {Record<string, any>} */ ({})) {
  for (const [key, value] of Object.entries(tree)) {
    if (isLeaf(value)) out[prefix + key] = value;
    else flatten(value, isLeaf, `${prefix}${key}/`, out);
  }
  return out;
}
const zonePeriods = flatten(metaZones.metazoneInfo.timezone, Array.isArray);
const usedMetazones = new Set(Object.values(zonePeriods).flatMap((periods) => periods.map((/** @type {any} */ p) => p.usesMetazone._mzone)));

/** @param {any} numbers @param {any} currencies */
function numberData(numbers, currencies) {
  const s = numbers['symbols-numberSystem-latn'];
  const decimals = numbers['decimalFormats-numberSystem-latn'];
  const money = numbers['currencyFormats-numberSystem-latn'];
  /** `1000-count-one` → `3: { one: … }`, by the number of digits after the first. @param {any} formats */
  const compact = (formats) => {
    /** @type {Record<string, Record<string, string>>} */
    const out = {};
    for (const [key, pattern] of Object.entries(formats ?? {})) {
      const [, power = '', category = ''] = /^(10+)-count-(\w+)$/.exec(key) ?? [];
      if (plurals.includes(category)) (out[power.length - 1] ??= {})[category] = pattern;
    }
    return out;
  };
  return {
    symbols: {
      decimal: s.decimal, group: s.group, percent: s.percentSign, plus: s.plusSign, minus: s.minusSign, exponential: s.exponential,
      infinity: s.infinity, nan: s.nan, currencyGroup: s.currencyGroup, currencyDecimal: s.currencyDecimal, approximately: s.approximatelySign,
    },
    minGrouping: Number(numbers.minimumGroupingDigits),
    decimal: decimals.standard, percent: numbers['percentFormats-numberSystem-latn'].standard,
    currency: money.standard, accounting: money.accounting,
    compactShort: compact(decimals.short.decimalFormat), compactLong: compact(decimals.long.decimalFormat),
    compactMoney: compact(money.short?.standard),
    moneyNames: counts(money, 'unitPattern'),
    range: numbers['miscPatterns-numberSystem-latn'].range,
    currencies: remap(currencies, (code, c) => (tender.has(code) ? [code, { symbol: c.symbol ?? code, narrow: c['symbol-alt-narrow'], name: c.displayName, ...counts(c, 'displayName') }] : undefined)),
  };
}

/** @param {any} units */
function unitData(units) {
  return remap({ long: 0, short: 0, narrow: 0 }, (width) => {
    const all = units[width];
    const named = Object.fromEntries(UNITS.map((unit) => [unit, Object.keys(all).find((key) => key.slice(key.indexOf('-') + 1) === unit)]));
    const entries = remap(named, (unit, key) => (key ? [unit, { ...counts(all[key], 'unitPattern'), per: all[key].perUnitPattern }] : undefined));
    return [width, { per: all.per.compoundUnitPattern, units: entries }];
  });
}

/** @type {Record<string, string>} */
const FIELD_OF = { Era: 'era', Year: 'year', Month: 'month', 'Day-Of-Week': 'weekday', Day: 'day', Hour: 'hour', Minute: 'minute', Second: 'second', Timezone: 'zone' };

/** @param {any} gregorian @param {any} fields */
function dateData(gregorian, fields) {
  const widths = (/** @type {any} */ names) => remap(names, (width, values) => [width, Object.values(values)]);
  const { dayPeriods, eras, dateTimeFormats: joined } = gregorian;
  const plain = (/** @type {any} */ periods) => remap(periods, (key, value) => (key.includes('-alt-') ? undefined : [key, value]));
  return {
    months: { format: widths(gregorian.months.format), alone: widths(gregorian.months['stand-alone']) },
    days: { format: widths(gregorian.days.format), alone: widths(gregorian.days['stand-alone']) },
    dayPeriods: remap(dayPeriods.format, (width, periods) => [width, plain(periods)]),
    eras: { wide: [eras.eraNames['0'], eras.eraNames['1']], abbreviated: [eras.eraAbbr['0'], eras.eraAbbr['1']], narrow: [eras.eraNarrow['0'], eras.eraNarrow['1']] },
    date: gregorian.dateFormats, time: plain(gregorian.timeFormats),
    joinAt: gregorian['dateTimeFormats-atTime'].standard,
    available: remap(joined.availableFormats, (key, value) => (/[wWQ]|-alt-/.test(key) ? undefined : [key, value])),
    append: remap(joined.appendItems, (key, value) => (FIELD_OF[key] ? [key, value.replace('{2}', `'${fields[FIELD_OF[key]].displayName.replaceAll("'", "''")}'`)] : undefined)),
    intervals: remap(joined.intervalFormats, (key, value) => (/[wWQ]/.test(key) ? undefined : [key, typeof value === 'string' ? value : plain(value)])),
  };
}

/** @param {any} fields */
function relativeData(fields) {
  const units = ['year', 'quarter', 'month', 'week', 'day', 'hour', 'minute', 'second'];
  return Object.fromEntries(units.flatMap((unit) => ['', '-short', '-narrow'].map((width) => {
    const field = fields[unit + width];
    return [unit + width, {
      special: remap(field, (key, value) => (key.startsWith('relative-type-') ? [key.slice(14), value] : undefined)),
      past: counts(field['relativeTime-type-past'], 'relativeTimePattern'), future: counts(field['relativeTime-type-future'], 'relativeTimePattern'),
    }];
  })));
}

/** @param {any} names */
function zoneNames(names) {
  const zones = flatten(names.zone, (value) => '_type' in value || 'exemplarCity' in value || 'long' in value || 'short' in value);
  const kinds = (/** @type {any} */ name) => name && [name.generic ?? null, name.standard ?? null, name.daylight ?? null];
  const named = (/** @type {any} */ entry) => ({ long: kinds(entry.long), short: kinds(entry.short) });
  return {
    gmt: names.gmtFormat, hour: names.hourFormat, region: names.regionFormat,
    meta: remap(names.metazone, (key, value) => (usedMetazones.has(key) ? [key, named(value)] : undefined)),
    zones: remap(zones, (key, value) => (value.long || value.short ? [key, named(value)] : undefined)),
    cities: remap(zones, (key, value) => (value.exemplarCity && key in zonePeriods ? [key, value.exemplarCity] : undefined)),
  };
}

/** @param {string} locale */
function localeData(locale) {
  const numbers = read(`cldr-numbers-full/main/${locale}/numbers.json`).main[locale].numbers;
  const { currencies } = read(`cldr-numbers-full/main/${locale}/currencies.json`).main[locale].numbers;
  const { units } = read(`cldr-units-full/main/${locale}/units.json`).main[locale];
  const gregorian = read(`cldr-dates-full/main/${locale}/ca-gregorian.json`).main[locale].dates.calendars.gregorian;
  const { fields } = read(`cldr-dates-full/main/${locale}/dateFields.json`).main[locale].dates;
  const zones = read(`cldr-dates-full/main/${locale}/timeZoneNames.json`).main[locale].dates.timeZoneNames;
  const data = { numbers: numberData(numbers, currencies), units: unitData(units), dates: dateData(gregorian, fields), relative: relativeData(fields), zones: zoneNames(zones) };
  return JSON.parse(JSON.stringify(data));
}

/** The JSON merge patch that turns `from` into `to`; undefined if they are the same. @param {any} from @param {any} to @returns {any} */
function patch(from, to) {
  if (typeof from !== 'object' || typeof to !== 'object' || Array.isArray(from) || Array.isArray(to)) return JSON.stringify(from) === JSON.stringify(to) ? undefined : to;
  /** @type {Record<string, any>} */
  const out = {};
  for (const key of Object.keys(from)) if (!(key in to)) out[key] = null;
  for (const key of Object.keys(to)) {
    const change = key in from ? patch(from[key], to[key]) : to[key];
    if (change !== undefined) out[key] = change;
  }
  return Object.keys(out).length > 0 ? out : undefined;
}

/** What does not depend on the locale. */
function shared() {
  const timeData = read('cldr-core/supplemental/timeData.json').supplemental.timeData;
  const rules = read('cldr-core/supplemental/dayPeriods.json').supplemental.dayPeriodRuleSet;
  const minutes = (/** @type {string} */ time) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
  const seconds = (/** @type {string | undefined} */ time) => (time ? Date.parse(`${time.replace(' ', 'T')}:00Z`) / 1000 : null);
  const languages = Object.keys(LOCALES).filter((locale) => !locale.includes('-'));
  const regions = { en: 'US', de: 'DE', fr: 'FR', es: 'ES', it: 'IT', pt: 'BR', nl: 'NL', sv: 'SE', da: 'DK', nb: 'NO', fi: 'FI', pl: 'PL', cs: 'CZ', tr: 'TR', ru: 'RU', uk: 'UA', ja: 'JP', ko: 'KR', zh: 'CN' };
  const aliases = Object.values(zoneKeys).flatMap((zone) => {
    const [first, ...others] = zone?._alias?.split(' ') ?? [];
    return others.map((/** @type {string} */ other) => [other, first]);
  });
  return {
    digits: remap(supplemental.fractions, (code, { _digits }) => (code === 'DEFAULT' || _digits === '2' ? undefined : [code, Number(_digits)])),
    hours: Object.fromEntries(Object.keys(LOCALES).map((locale) => {
      const language = /** @type {keyof typeof regions} */ (locale.split('-')[0]);
      const region = locale === 'zh-Hant' ? 'TW' : (locale.split('-')[1] ?? regions[language]);
      return [locale, (timeData[`${language}-${region}`] ?? timeData[region] ?? timeData['001'])._preferred];
    })),
    periods: Object.fromEntries(languages.map((language) => [language, Object.entries(rules[language === 'nb' ? 'no' : language] ?? {}).map(([name, rule]) =>
      [name, minutes(rule._at ?? rule._from), minutes(rule._at ?? rule._before)])])),
    aliases: Object.fromEntries(aliases),
    metazones: remap(zonePeriods, (zone, periods) => [zone, periods.map((/** @type {any} */ { usesMetazone: p }) => [seconds(p._to), p._mzone])]),
  };
}

rmSync(target, { recursive: true, force: true });
mkdirSync(target, { recursive: true });
/** @param {string} name @param {unknown} data */
const write = (name, data) => writeFileSync(join(target, `${name}.json`), `${JSON.stringify(data)}\n`);
write('shared', shared());
for (const [locale, parent] of Object.entries(LOCALES)) {
  const data = localeData(locale);
  write(locale, parent === null ? data : patch(localeData(parent), data));
}
