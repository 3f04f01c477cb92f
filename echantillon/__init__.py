"""Synthetic reference drop of the MEL, 2019-2021: real communes, made-up people, suppliers and amounts."""

from echantillon.generation import ecrire_echantillon

__all__ = ["ecrire_echantillon"]
