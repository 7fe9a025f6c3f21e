// PIN: checks and makes PINs, in the words of wpspin.
const $ = id => document.getElementById(id);

export function pin(call) {
  const say = async promise => {
    try {
      $('pin-said').textContent = await promise;
    } catch (error) {
      $('pin-said').textContent = error.message;
    }
  };
  $('pin-form').addEventListener('submit', e => {
    e.preventDefault();
    say(call('check', [$('pin-text').value]));
  });
  $('pin-make').addEventListener('click', () => say(call('make', [])));
  return {};
}
