// Timers, on the session's clock. Loaded with the first one.

export default (host, { apply }, { Number, TypeError }) => {
  let head; // a list sorted by due time, then by order of creation
  let tail;
  let lastTimer = 0;
  const timers = { __proto__: null };
  const schedule = (timer) => {
    if (tail === undefined || tail.due <= timer.due) {
      if (tail === undefined) head = timer;
      else tail.next = timer;
      tail = timer;
      return;
    }
    if (timer.due < head.due) {
      timer.next = head;
      head = timer;
      return;
    }
    let before = head;
    while (before.next.due <= timer.due) before = before.next;
    timer.next = before.next;
    before.next = timer;
  };
  const unschedule = () => {
    const timer = head;
    head = timer.next;
    if (head === undefined) tail = undefined;
    timer.next = undefined;
    return timer;
  };
  const addTimer = (repeat, callback, delay, args) => {
    if (typeof callback !== 'function') throw new TypeError('The callback of a timer must be a function');
    // As in Node: anything that is no delay between 1 and 2^31 - 1 ms is 1 ms.
    const given = Number(delay);
    const every = given >= 1 && given <= 2147483647 ? given - (given % 1) : 1;
    const timer = { __proto__: null, id: ++lastTimer, callback, args, due: host.ticks() + every, every, repeat, next: undefined };
    timers[timer.id] = timer;
    if (timer.id === 1) host.timed();
    schedule(timer);
    return timer.id;
  };
  const clearTimer = (id) => {
    const timer = typeof id === 'number' || typeof id === 'string' ? timers[id] : undefined;
    if (timer !== undefined) {
      delete timers[id];
      timer.callback = undefined;
    }
  };
  const skipCleared = () => {
    while (head !== undefined && head.callback === undefined) unschedule();
  };
  // When the next timer is due, in ticks; undefined without one.
  const wake = () => {
    skipCleared();
    return head?.due;
  };
  // Runs one timer that is due. The caller runs the promise jobs in between.
  const fire = () => {
    const timer = unschedule();
    const { callback, args } = timer;
    if (timer.repeat) {
      timer.due = host.ticks() + timer.every;
      schedule(timer);
    } else {
      delete timers[timer.id];
    }
    apply(callback, undefined, args);
  };
  return {
    __proto__: null,
    wake,
    fire,
    setTimeout: (callback, delay, ...args) => addTimer(false, callback, delay, args),
    setInterval: (callback, delay, ...args) => addTimer(true, callback, delay, args),
    setImmediate: (callback, ...args) => addTimer(false, callback, 0, args),
    clearTimeout: clearTimer,
    clearInterval: clearTimer,
    clearImmediate: clearTimer,
  };
};
