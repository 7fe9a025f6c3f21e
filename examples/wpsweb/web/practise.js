// Practise: a router, a printer, and the air between them.
const $ = id => document.getElementById(id);

export function practise(call) {
  let seed = 0, playing = false, busy = false, last = 0;

  const element = (name, text, className) => {
    const e = document.createElement(name);
    e.textContent = text;
    if (className) e.className = className;
    return e;
  };
  const set = (id, text) => { if ($(id).textContent !== text) $(id).textContent = text; };

  // line is a row of the ladder.
  const line = l => {
    const from = l.from === 'router' ? 'router' : 'printer';
    const li = element('li', '', `${l.kind} ${from}`);
    const arrow = l.kind === 'frame' || l.kind === 'lost';
    const text = arrow ? (from === 'router' ? `◀ ${l.text}` : `${l.text} ▶`) + (l.kind === 'lost' ? ' (lost)' : '')
      : l.kind === 'owner' ? `You: ${l.text} (${l.from})` : `${l.from} ${l.text}`;
    li.append(element('span', l.at.toFixed(3), 't'), element('span', text));
    return li;
  };

  const present = s => {
    set('panel', `${s.printer.panel}${s.printer.pin ? ` · PIN ${s.printer.pin}` : ''}`);
    set('lamp', `WPS lamp: ${s.router.lamp}`);
    $('router-facts').replaceChildren(...[['network', s.router.network], ['WPS', s.router.wps], ['own PIN', s.router.pin ? s.router.pin + (s.router.locked ? ' (locked)' : '') : 'none'], ['connected', s.router.devices.join(', ') || 'no device']]
      .map(([name, value]) => { const d = element('div', ''); d.append(element('dt', name), element('dd', value)); return d; }));
    $('clock').textContent = `${s.seconds.toFixed(1)} s`;
    const air = $('air');
    const box = $('air-box');
    const end = box.scrollTop + box.clientHeight >= box.scrollHeight - 4;
    air.append(...s.lines.map(line));
    while (air.children.length > 500) air.firstChild.remove();
    if (end) box.scrollTop = box.scrollHeight;
    const query = new URLSearchParams({seed: s.seed, scenario: s.scenario.id});
    if (s.deeds?.length) query.set('done', JSON.stringify(s.deeds));
    history.replaceState(null, '', '#practise?' + query);
  };

  const step = async ms => present(JSON.parse(await call('state', [Math.round(ms)])));

  const begin = async (scenario, done) => {
    $('air').replaceChildren();
    $('doctor').replaceChildren();
    set('answer', '');
    try {
      const s = JSON.parse(await call('begin', [seed, scenario, done]));
      $('scenario').value = s.scenario.id;
      $('story').textContent = s.scenario.story;
      present(s);
      playing = true;
    } catch (error) {
      set('answer', error.message);
    }
  };

  const act = async (what, text) => {
    try {
      set('answer', await call('act', [what, text || '']));
    } catch (error) {
      set('answer', error.message);
    }
    await step(0);
  };

  const tick = async now => {
    const passed = (now - last) * Number($('speed').value);
    if (playing && !busy && !$('practise').hidden && now - last >= 250) {
      last = now;
      if (passed > 0) {
        busy = true;
        await step(Math.min(passed, 10000)).catch(() => { playing = false; });
        busy = false;
      }
    }
    requestAnimationFrame(tick);
  };

  for (const b of document.querySelectorAll('[data-do]')) b.addEventListener('click', () => act(b.dataset.do));
  for (const b of document.querySelectorAll('[data-skip]')) b.addEventListener('click', () => step(Number(b.dataset.skip)));
  $('router-pin').addEventListener('submit', e => { e.preventDefault(); act('router-pin', $('device-pin').value); });
  $('begin').addEventListener('click', () => { seed = Math.floor(Math.random() * 1e9); begin($('scenario').value, ''); });
  $('scenario').addEventListener('change', () => begin($('scenario').value, ''));
  $('ask').addEventListener('click', async () => {
    const v = JSON.parse(await call('verdict', []));
    const box = element('div', '', v.cause === 'success' ? 'verdict good' : 'verdict error');
    box.append(element('p', v.text, 'text'), element('p', v.cause, 'label'));
    const steps = element('ol', '', 'steps');
    steps.append(...v.remedy.map(text => element('li', text)));
    $('doctor').replaceChildren(box, ...(v.remedy.length ? [steps] : []));
  });

  return {
    open: async query => {
      if (playing) return;
      const all = JSON.parse(await call('scenarios', []));
      $('scenario').replaceChildren(...all.map(s => { const o = element('option', s.title); o.value = s.id; return o; }));
      seed = Number(query.get('seed')) || Math.floor(Math.random() * 1e9);
      await begin(all.some(s => s.id === query.get('scenario')) ? query.get('scenario') : 'plain', query.get('done') || '');
      requestAnimationFrame(tick);
    },
  };
}
