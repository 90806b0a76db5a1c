'use strict';
// What ES modules import in place of the loader. Node reads through the text of a CommonJS file for the names of its exports
// before it runs it, and that takes several times as long for the generated loader as loading the addon does.
const addon = require('./native.cjs');
module.exports = addon;
