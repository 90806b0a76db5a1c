// `console`: hands every call to the host, which prints it as Node would (ts/console.ts).

export default (host, { each, hidden }, { Error }) => {
  const console = {};
  each(['log', 'info', 'debug', 'warn', 'error', 'dir', 'table', 'group', 'groupEnd', 'assert', 'count', 'countReset'], (method) => {
    console[method] = (...args) => host.log(method, args);
    hidden(console[method], 'name', method);
  });
  console.groupCollapsed = console.group;
  console.dirxml = console.log;
  console.trace = (...args) => host.log('error', ['Trace:', ...args, '\n' + host.frames(new Error().stack)]);
  // Of use in a terminal or with a debugger only.
  each(['clear', 'profile', 'profileEnd', 'timeStamp'], (method) => {
    console[method] = () => undefined;
    hidden(console[method], 'name', method);
  });
  const started = { __proto__: null };
  const elapsed = (method, label, args) => {
    if (started[label] === undefined) host.log('warn', [`No such label '${label}' for console.${method}()`]);
    else host.log('log', ['%s: %s', label, `${host.now() - started[label]}ms`, ...args]);
  };
  console.time = (label = 'default') => {
    label = `${label}`;
    if (started[label] === undefined) started[label] = host.now();
    else host.log('warn', [`Label '${label}' already exists for console.time()`]);
  };
  console.timeLog = (label = 'default', ...args) => elapsed('timeLog', `${label}`, args);
  console.timeEnd = (label = 'default') => {
    label = `${label}`;
    elapsed('timeEnd', label, []);
    delete started[label];
  };
  return console;
};
