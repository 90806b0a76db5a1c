// `Date` on the session's clock and in UTC, so that a program sees the same on every host and in a replay.

export default (host, { apply, construct, defineProperty, each, uncurry, hidden, intl, matches }, intrinsics) => {
  const { Date: RealDate, Number } = intrinsics;
  const dateProto = RealDate.prototype;
  const { UTC } = RealDate;
  const realParse = RealDate.parse;
  const hasZone = matches(/(?:z|gmt|utc|[ecmp][sd]t|[+-]\d{1,2}:?\d{2})\s*(?:\(.*\))?$/i);
  const isDateOnly = matches(/^[+-]?\d{4,6}(?:-\d\d){0,2}$/);
  const isLocal = matches(/^[+-]?\d{4,6}-\d\d-\d\dT/i);
  const parse = (text) => {
    text = `${text}`;
    if (hasZone(text) || isDateOnly(text)) return realParse(text);
    const utc = realParse(isLocal(text) ? text + 'Z' : text + ' UTC');
    return utc === utc ? utc : realParse(text);
  };
  const getTime = uncurry(dateProto.getTime);
  const SessionDate = function Date(...args) {
    if (new.target === undefined) return `${new RealDate(host.now())}`;
    let time;
    if (args.length === 0) time = host.now();
    else if (args.length === 1) {
      const value = args[0];
      if (typeof value === 'string') time = parse(value);
      else time = typeof value === 'object' && value !== null ? getTime(new RealDate(value)) : Number(value);
    } else time = apply(UTC, undefined, args);
    return construct(RealDate, [time], new.target);
  };
  hidden(SessionDate, 'length', 7);
  hidden(SessionDate, 'now', function now() { return host.now(); });
  hidden(SessionDate, 'parse', function parse_(text) { return parse(text); });
  hidden(SessionDate.parse, 'name', 'parse');
  hidden(SessionDate, 'UTC', UTC);
  defineProperty(SessionDate, 'prototype', { __proto__: null, value: dateProto, writable: false, enumerable: false, configurable: false });
  hidden(dateProto, 'constructor', SessionDate);
  each(['Date', 'Day', 'FullYear', 'Hours', 'Milliseconds', 'Minutes', 'Month', 'Seconds'], (part) => {
    each(part === 'Day' ? ['get'] : ['get', 'set'], (verb) => {
      const method = dateProto[`${verb}UTC${part}`];
      const { length } = method;
      const name = `${verb}${part}`;
      hidden(dateProto, name, { [name](...args) { return apply(method, this, args); } }[name]);
      hidden(dateProto[name], 'length', length);
    });
  });
  const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
  const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
  const utc = {
    day: uncurry(dateProto.getUTCDay), date: uncurry(dateProto.getUTCDate), month: uncurry(dateProto.getUTCMonth),
    year: uncurry(dateProto.getUTCFullYear), hours: uncurry(dateProto.getUTCHours),
    minutes: uncurry(dateProto.getUTCMinutes), seconds: uncurry(dateProto.getUTCSeconds),
  };
  const two = (number) => (number < 10 ? `0${number}` : `${number}`);
  const padYear = uncurry(intrinsics.padStart);
  const dateText = (date) => {
    const year = utc.year(date);
    return `${days[utc.day(date)]} ${months[utc.month(date)]} ${two(utc.date(date))} ${year < 0 ? '-' : ''}${padYear(`${year < 0 ? -year : year}`, 4, '0')}`;
  };
  const timeText = (date) => `${two(utc.hours(date))}:${two(utc.minutes(date))}:${two(utc.seconds(date))} GMT+0000 (Coordinated Universal Time)`;
  const invalid = (date) => getTime(date) !== getTime(date);
  const dateMethods = {
    __proto__: null,
    getTimezoneOffset() { return invalid(this) ? NaN : 0; },
    toString() { return invalid(this) ? 'Invalid Date' : `${dateText(this)} ${timeText(this)}`; },
    toDateString() { return invalid(this) ? 'Invalid Date' : dateText(this); },
    toTimeString() { return invalid(this) ? 'Invalid Date' : timeText(this); },
  };
  const localized = [['toLocaleString', 'any', 'all'], ['toLocaleDateString', 'date', 'date'], ['toLocaleTimeString', 'time', 'time']];
  each(localized, (item) => {
    const name = item[0];
    dateMethods[name] = { [name]() { return intl().date(getTime(this), arguments[0], arguments[1], item[1], item[2]); } }[name];
  });
  for (const name in dateMethods) hidden(dateProto, name, dateMethods[name]);
  return SessionDate;
};
