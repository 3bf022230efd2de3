// Joins pictures and players: a click plays from there, a line shows where the sound is, keys do what a mouse can.
const LEAD_IN_S = 1.5;
const audios = [...document.querySelectorAll('audio')];
const mistakes = [...document.querySelectorAll('.mistakes [data-at-ms]')];
let current;
let nowPlaying = -1;

/** The sound lies packed in the page; it is unpacked when it is near the screen, or wanted. */
const unpacked = new Map();
function unpack(audio) {
  if (!unpacked.has(audio)) unpacked.set(audio, unpackNow(audio));
  return unpacked.get(audio);
}
async function unpackNow(audio) {
  const packed = audio.closest('.call').querySelector('script').textContent;
  const bytes = Uint8Array.from(atob(packed), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  const wav = await new Response(stream).blob();
  audio.src = URL.createObjectURL(new Blob([wav], { type: 'audio/wav' }));
  await new Promise((resolve) => {
    audio.addEventListener('loadedmetadata', resolve, { once: true });
    audio.addEventListener('error', resolve, { once: true });
  });
}
const nearby = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries) if (isIntersecting) void unpack(target);
  },
  { rootMargin: '600px' },
);

for (const audio of audios) {
  const call = audio.closest('.call');
  const picture = call.querySelector('.picture');
  const svg = picture.querySelector('svg');
  const head = svg.querySelector('.head');
  const pixelsPerSecond = Number(svg.dataset.pixelsPerSecond);
  nearby.observe(audio);
  const follow = () => {
    const x = audio.currentTime * pixelsPerSecond;
    head.setAttribute('x1', x);
    head.setAttribute('x2', x);
    const isOut = x < picture.scrollLeft || x > picture.scrollLeft + picture.clientWidth - 20;
    if (isOut && !audio.paused) picture.scrollLeft = x - 60;
    if (!audio.paused) requestAnimationFrame(follow);
  };
  audio.addEventListener('play', () => {
    current = audio;
    for (const other of audios) if (other !== audio) other.pause();
    follow();
  });
  audio.addEventListener('seeked', follow);
  svg.addEventListener('click', (event) => {
    const flag = event.target.closest('[data-at-ms]');
    if (flag) return playMistake(call, flag);
    void playFrom(audio, (event.clientX - svg.getBoundingClientRect().left) / pixelsPerSecond);
  });
  for (const flag of svg.querySelectorAll('[data-at-ms]')) {
    flag.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter') return;
      playMistake(call, flag);
    });
  }
}

for (const button of mistakes) {
  button.addEventListener('click', () => playMistake(document.getElementById(button.dataset.call), button));
}

function playMistake(call, { dataset }) {
  nowPlaying = mistakes.findIndex((button) => button.dataset.call === call.id && button.dataset.atMs === dataset.atMs);
  for (const [i, button] of mistakes.entries()) button.classList.toggle('playing', i === nowPlaying);
  call.scrollIntoView({ block: 'center' });
  const seconds = Math.max(0, Number(dataset.atMs) / 1000 - LEAD_IN_S);
  const picture = call.querySelector('.picture');
  const pixelsPerSecond = Number(picture.querySelector('svg').dataset.pixelsPerSecond);
  picture.scrollLeft = seconds * pixelsPerSecond - 60;
  // From here on the keys are the player's, and not the button's.
  picture.focus({ preventScroll: true });
  const audio = call.querySelector('audio');
  if (audio) void playFrom(audio, seconds);
}

async function playFrom(audio, seconds) {
  current = audio;
  await unpack(audio);
  if (current !== audio) return;
  audio.currentTime = seconds;
  // Another click may stop it before it has begun.
  await audio.play().catch(() => {});
}

document.addEventListener('keydown', (event) => {
  const isOther =
    event.ctrlKey || event.metaKey || event.altKey || /^(?:INPUT|AUDIO|SUMMARY)$/.test(event.target.tagName);
  if (isOther) return;
  if (event.key === 'n' || event.key === 'p') {
    const next = nowPlaying + (event.key === 'n' ? 1 : -1);
    const button = mistakes[Math.max(0, Math.min(mistakes.length - 1, next))];
    if (button) playMistake(document.getElementById(button.dataset.call), button);
    return;
  }
  if (!current || event.target.closest('button, [role=button]')) return;
  if (event.key === ' ') void (current.paused ? playFrom(current, current.currentTime) : current.pause());
  else if (event.key === 'ArrowLeft') current.currentTime = Math.max(0, current.currentTime - 1);
  else if (event.key === 'ArrowRight') current.currentTime += 1;
  else return;
  event.preventDefault();
});

const filter = document.getElementById('only-mistakes');
const show = () => document.body.classList.toggle('only-mistakes', filter.checked);
filter.addEventListener('change', show);
show();
