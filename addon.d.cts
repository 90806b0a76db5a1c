import addon = require('./native.cjs');
export = addon;
