"""A recette that the official schema takes, with what a draft writes and most of what the schema allows beside."""

MODELE = """<?xml version="1.0" encoding="ISO-8859-1"?>
<n:PES_Aller xmlns:n="http://www.minefi.gouv.fr/cp/helios/pes_v2/Rev0/aller">
<Enveloppe><Parametres><Version V="2"/><TypFic V="PESALR2"/><NomFic V="S"/></Parametres>
<Emetteur><Sigle V="E"/><Adresse V="A"/></Emetteur></Enveloppe>
<EnTetePES><DteStr V="2021-07-15"/><IdPost V="059001"/><IdColl V="20009320100016"/><CodCol V="100"/><CodBud V="00"/>
<LibelleColBud V="METROPOLE"/></EnTetePES>
<PES_RecetteAller><EnTeteRecette><IdVer V="2"/><InfoDematerialisee V="0"/></EnTeteRecette>
<Bordereau><BlocBordereau><Exer V="2021"/><IdBord V="412"/><DteBordEm V="2021-07-15"/><TypBord V="01"/><NbrPce V="1"/>
<MtBordHt V="3210.40"/></BlocBordereau><Piece><BlocPiece><CodServ V="MUTU"/><IdPce V="2087"/><TypPce V="01"/>
<NatPce V="01"/><ObjPce V="Facture"/></BlocPiece>
<LigneDePiece><BlocLignePiece><InfoLignePiece><IdLigne V="1"/><ObjLignePce V="CEP"/><CodProdLoc V="MUTU"/>
<Nature V="70845"/><Fonction V="758"/><Majo V="0"/><TvaIntraCom V="0"/><MtHT V="2610.40"/>
</InfoLignePiece></BlocLignePiece>
<Tiers><InfoTiers><IdTiers V="21590560500006"/><NatIdTiers V="01"/><CatTiers V="23"/>
<NatJur V="09"/><TypTiers V="01"/><Nom V="COMMUNE"/></InfoTiers>
<Adresse><TypAdr V="1"/><Adr2 V="RUE"/><CP V="59113"/><Ville V="SECLIN"/><CodRes V="0"/></Adresse>
</Tiers></LigneDePiece>
<LigneDePiece><BlocLignePiece><InfoLignePiece><IdLigne V="2"/><CodProdLoc V="CEP1"/><Nature V="70875"/><Majo V="0"/>
<TvaIntraCom V="0"/><MtHT V="600.00"/></InfoLignePiece></BlocLignePiece>
<Tiers><InfoTiers><CatTiers V="23"/><NatJur V="09"/><TypTiers V="01"/><Nom V="COMMUNE"/></InfoTiers>
<Adresse><TypAdr V="1"/><Adr2 V="RUE"/><CP V="59113"/><Ville V="SECLIN"/><CodRes V="0"/></Adresse></Tiers>
</LigneDePiece></Piece></Bordereau>
<Bordereau><BlocBordereau><Exer V="2021"/><IdBord V="13"/><DteBordEm V="2021-07-15"/><TypBord V="02"/><NbrPce V="1"/>
<MtBordHt V="20.00"/></BlocBordereau><Piece><BlocPiece><IdPce V="15"/><TypPce V="02"/><NatPce V="06"/></BlocPiece>
<LigneDePiece><BlocLignePiece><InfoLignePiece><IdLigne V="1"/><CodProdLoc V="CEP1"/><Nature V="70875"/><Majo V="0"/>
<TvaIntraCom V="0"/><MtHT V="20.00"/></InfoLignePiece>
<RattachPiece><NatPceOrig V="01"/><ExerRat V="2021"/><IdPceOrig V="2087"/><IdLigneOrig V="1"/></RattachPiece>
</BlocLignePiece>
<Tiers><InfoTiers><CatTiers V="23"/><NatJur V="09"/><TypTiers V="01"/><Nom V="COMMUNE"/></InfoTiers>
<Adresse><TypAdr V="1"/><Adr1 V="Bat A"/><Adr2 V="RUE"/><Adr3 V="CS 1"/>
<CP V="59113"/><Ville V="SECLIN"/><CodRes V="0"/>
</Adresse></Tiers></LigneDePiece></Piece></Bordereau>
</PES_RecetteAller></n:PES_Aller>
"""
