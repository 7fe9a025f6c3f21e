// The page: its parts, and the worker that runs the doctor.
import {diagnose} from './diagnose.js';
import {pin} from './pin.js';
import {practise} from './practise.js';

const worker = new Worker('worker.js');
const waiting = new Map();
let last = 0;

// call calls a function of the worker. read is called with the number of octets read;
// given are the buffers in args that need not be copied.
export const call = (name, args, read, given = []) => new Promise((resolve, reject) => {
  waiting.set(++last, {resolve, reject, read});
  worker.postMessage({id: last, call: name, args}, given);
});

const status = document.getElementById('status');

worker.onmessage = ({data}) => {
  if (data.ready) {
    status.textContent = '';
    for (const b of document.querySelectorAll('button:disabled')) b.disabled = false;
    document.documentElement.dataset.ready = 'yes';
    show();
    return;
  }
  if (data.failed) {
    status.textContent = `The doctor cannot run in this browser: ${data.failed}`;
    return;
  }
  const w = waiting.get(data.id);
  if (!w) return;
  if ('read' in data) {
    w.read?.(data.read);
    return;
  }
  waiting.delete(data.id);
  'error' in data ? w.reject(new Error(data.error)) : w.resolve(data.result);
};

const parts = {diagnose: diagnose(call), pin: pin(call), practise: practise(call)};

// show shows the part in the address.
function show() {
  const [name, query] = location.hash.slice(1).split('?');
  const part = name in parts ? name : 'diagnose';
  for (const other of Object.keys(parts)) document.getElementById(other).hidden = other !== part;
  for (const a of document.querySelectorAll('.tabs a')) {
    if (a.hash === '#' + part) a.setAttribute('aria-current', 'page');
    else a.removeAttribute('aria-current');
  }
  if (document.documentElement.dataset.ready) parts[part].open?.(new URLSearchParams(query));
}

addEventListener('hashchange', () => {
  show();
  const [name] = location.hash.slice(1).split('?');
  document.getElementById('h-' + name)?.focus();
});
show();
