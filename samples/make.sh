#!/bin/sh
# Makes the synthetic recordings in this folder. Needs espeak-ng, sox and flac.
set -eu
cd "$(dirname "$0")"

# speak NAME VOICE PITCH SPEED TEXT
speak() {
    espeak-ng -v "$2" -p "$3" -s "$4" -a 100 --stdout "$5" | sox -t wav --ignore-length - -r 16000 -b 16 -D "$1"
}

speak calm.wav en-gb 40 130 "Kids are talking by the door."
speak excited.wav en-us+f3 85 210 "Dogs are sitting by the door!"
speak sad.flac en-gb+m3 15 95 "Kids are talking by the door."
# Sixteen bits in stereo at another rate, the right channel quieter: what a careless recorder gives.
espeak-ng -v en-us+m2 -p 55 -s 160 -a 100 --stdout "Dogs are sitting by the door." |
    sox -t wav --ignore-length - -r 22050 -b 16 -D stereo.flac remix 1v0.9 1v0.6
