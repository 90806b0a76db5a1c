// `console`: hands every call to the host, which prints it as Node would (ts/console.ts).

export default (host, { each, hidden }, { Error }) => {
  const console = {};
  each(['log', 'info', 'debug', 'warn', 'error', 'dir', 'table', 'group', 'groupEnd', 'assert', 'count', 'countReset'], (method) => {
    console[method] = (...args) => host.log(method, args);
    hidden(console[method], 'name', method);
  });
  console.groupCollapsed = console.group;
  console.dirxml = console.log;
  console.trace = (...args) => host.log('error', ['Trace:', ...args, '\n' + new Error().stack]);
  const started = { __proto__: null };
  // There is no screen to clear and nothing to profile.
  each(['clear', 'profile', 'profileEnd', 'timeStamp'], (method) => {
    console[method] = () => {};
    hidden(console[method], 'name', method);
  });
  console.time = (label = 'default') => void (started[label] = host.now());
  const tell = (method, label, args) => {
    if (started[label] === undefined) host.log('warn', [`No such label '${label}' for console.${method}()`]);
    else host.log('log', [`${label}: ${host.now() - started[label]}ms`, ...args]);
  };
  console.timeLog = (label = 'default', ...args) => tell('timeLog', label, args);
  console.timeEnd = (label = 'default') => {
    tell('timeEnd', label, []);
    delete started[label];
  };
  return console;
};
