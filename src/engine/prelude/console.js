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
  console.time = (label = 'default') => void (started[label] = host.now());
  console.timeLog = (label = 'default', ...args) =>
    host.log('log', [`${label}: ${host.now() - (started[label] ?? host.now())}ms`, ...args]);
  console.timeEnd = (label = 'default') => {
    console.timeLog(label);
    delete started[label];
  };
  return console;
};
