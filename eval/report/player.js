// Joins pictures and players: a click in a picture plays from there, a line shows where the sound is.
for (const call of document.querySelectorAll('.call')) {
  const audio = call.querySelector('audio');
  const picture = call.querySelector('svg');
  const head = picture.querySelector('.head');
  const pixelsPerSecond = Number(picture.dataset.pixelsPerSecond);
  if (!audio) continue;
  const follow = () => {
    const x = audio.currentTime * pixelsPerSecond;
    head.setAttribute('x1', x);
    head.setAttribute('x2', x);
    if (!audio.paused) requestAnimationFrame(follow);
  };
  audio.addEventListener('play', follow);
  audio.addEventListener('seeked', follow);
  picture.addEventListener('click', (event) => {
    playFrom(audio, (event.clientX - picture.getBoundingClientRect().left) / pixelsPerSecond);
  });
}

for (const link of document.querySelectorAll('[data-at-ms]')) {
  link.addEventListener('click', () => {
    const call = document.getElementById(link.dataset.call);
    const audio = call.querySelector('audio');
    const picture = call.querySelector('svg');
    const seconds = Math.max(0, Number(link.dataset.atMs) / 1000 - 1.5);
    call.querySelector('.picture').scrollLeft = seconds * Number(picture.dataset.pixelsPerSecond) - 100;
    if (audio) playFrom(audio, seconds);
  });
}

function playFrom(audio, seconds) {
  for (const other of document.querySelectorAll('audio')) if (other !== audio) other.pause();
  audio.currentTime = seconds;
  audio.play();
}
