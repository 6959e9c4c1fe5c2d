"""What a page plays, as somebody would hear it."""

# Whatever plays, wherever it hangs: how far it is, and how loud what is heard there.
HEARD = """{ const play = HTMLMediaElement.prototype.play; window.heard = [];
    HTMLMediaElement.prototype.play = function () {
        if (!heard.includes(this)) heard.push(this);
        return play.call(this); }; }"""
LOUDEST = """async () => {
    const audio = heard[0], context = new AudioContext(), analyser = context.createAnalyser();
    context.createMediaElementSource(audio).connect(analyser);
    let loudest = 0;
    for (let look = 0; look < 60 && loudest < 0.05; look++) {
        const samples = new Float32Array(analyser.fftSize);
        analyser.getFloatTimeDomainData(samples);
        loudest = Math.max(loudest, ...samples.map(Math.abs));
        await new Promise(after => setTimeout(after, 50)); }
    return loudest; }"""
PLAYS = (
    "heard.length > 0 && !heard[0].paused && !heard[0].muted && heard[0].readyState > 2 && heard[0].currentTime > {}"
)
