// Diagnose: makes a report from files or text.
const $ = id => document.getElementById(id);

// save gives the user a file.
function save(name, type, content) {
  const a = document.createElement('a');
  a.href = URL.createObjectURL(new Blob([content], {type}));
  a.download = name;
  a.click();
  setTimeout(() => URL.revokeObjectURL(a.href), 10000);
}

export function diagnose(call) {
  let files = [], found = null;

  const judge = async () => {
    const pasted = $('paste').value;
    const all = [], unreadable = [];
    for (const f of files) {
      try {
        all.push({name: f.name, octets: new Uint8Array(await f.arrayBuffer())});
      } catch (error) { // it is a folder, or it was changed or removed since it was chosen
        unreadable.push(`${f.name}: ${error.message}`);
      }
    }
    if (pasted.trim()) all.push({name: 'pasted text', octets: new TextEncoder().encode(pasted)});
    if (!all.length && !unreadable.length) {
      $('said').textContent = 'There is nothing to diagnose: choose a file, or paste something.';
      return;
    }
    const total = all.reduce((n, f) => n + f.octets.length, 0);
    $('judge').disabled = true;
    $('progress').hidden = false;
    $('said').textContent = 'Reading …';
    try {
      found = await call('diagnose', [all, $('keys').value], n => { $('progress').value = Math.min(1, n / total); }, all.map(f => f.octets.buffer));
      found.errors.unshift(...unreadable);
      present();
    } catch (error) {
      $('said').textContent = error.message;
    } finally {
      $('judge').disabled = false;
      $('progress').hidden = true;
    }
  };

  // present shows the report, which is a separate page.
  const present = () => {
    // Its style sheet is included as report.css.
    const main = found.page.slice(found.page.indexOf('<main>'), found.page.lastIndexOf('</main>') + 7);
    const page = new DOMParser().parseFromString(main, 'text/html');
    const list = found.errors.map(text => {
      const p = document.createElement('p');
      p.className = 'finding error';
      p.textContent = text;
      return p;
    });
    // Its headings become subheadings of this page.
    for (const h of page.querySelectorAll('main h3, main h2')) {
      const lower = document.createElement('h' + (Number(h.tagName[1]) + 1));
      lower.id = h.id;
      lower.append(...h.childNodes);
      h.replaceWith(lower);
    }
    $('found').replaceChildren(...list, ...page.querySelector('main').children);
    const n = found.reports;
    $('said').textContent = n === 0 ? 'Nothing could be read.' : `${n === 1 ? 'One report' : n + ' reports'}: ${found.verdict}`;
    $('save').hidden = n === 0;
  };

  $('judge').addEventListener('click', judge);
  $('files').addEventListener('change', () => { files = [...$('files').files]; judge(); });
  const drop = $('drop');
  for (const type of ['dragenter', 'dragover']) drop.addEventListener(type, e => { e.preventDefault(); drop.classList.add('over'); });
  drop.addEventListener('dragleave', () => drop.classList.remove('over'));
  drop.addEventListener('drop', e => {
    e.preventDefault();
    drop.classList.remove('over');
    files = [...e.dataTransfer.files];
    judge();
  });
  $('save-html').addEventListener('click', () => save('report.html', 'text/html', found.page));
  $('save-json').addEventListener('click', () => save('report.json', 'application/json', found.lines));
  $('save-anonymous').addEventListener('click', async () => {
    if (!files.length) {
      $('said').textContent = 'Only a capture can be made anonymous: in text anything may be a name or a key.';
      return;
    }
    try {
      for (const f of files) save('anonymous.pcapng', 'application/octet-stream', await call('anonymise', [new Uint8Array(await f.arrayBuffer())]));
      $('said').textContent = 'Addresses, names, serial numbers, UUIDs, keys, nonces, hashes and encrypted settings are replaced. No Authenticator can be verified in it, and no key log fits.';
    } catch (error) {
      $('said').textContent = error.message;
    }
  });
  return {};
}
