; The set-up program for Windows, for one person, without an administrator: makensis installer.nsi
; It holds dist/llmgw (pyinstaller build.spec), or -DPAYLOAD=FOLDER; it becomes dist/llmgw-setup.exe,
; or -DOUTPUT=FILE. -DPYTHON=NAME where python3 has another name. More: docs/packaging.md

Target amd64-unicode ; a 32-bit one would need 32-bit parts of Windows, which not every one has
!include MUI2.nsh

!ifndef PAYLOAD
    !define PAYLOAD "dist/llmgw"
!endif
!ifndef OUTPUT
    !define OUTPUT "dist/llmgw-setup.exe"
!endif
!ifndef PYTHON
    !define PYTHON "python3"
!endif

; VERSION, NUMBERS, DESCRIPTION and LICENCE as in pyproject.toml; PutPayload and TakePayload, from
; one list of files: what is put there is what is taken away.
!tempfile FACTS
!system '${PYTHON} packaging/windows/installer_facts.py "${PAYLOAD}" "${FACTS}"' = 0
!include "${FACTS}"
!delfile "${FACTS}"

!define NAME "LLM Gateway"
!define PROGRAM "$INSTDIR\llmgw.exe"
!define REMOVER "$INSTDIR\uninstall.exe"
!define LINK "$SMPROGRAMS\${NAME}.lnk"
!define KEY "Software\Microsoft\Windows\CurrentVersion\Uninstall\LLMGateway"

Name "${NAME}"
OutFile "${OUTPUT}"
RequestExecutionLevel user
InstallDir "$LOCALAPPDATA\Programs\${NAME}"
InstallDirRegKey HKCU "${KEY}" "InstallLocation"
SetCompressor /SOLID lzma
ManifestDPIAware true
VIProductVersion "${NUMBERS}"
VIAddVersionKey "ProductName" "${NAME}"
VIAddVersionKey "ProductVersion" "${VERSION}"
VIAddVersionKey "FileVersion" "${VERSION}"
VIAddVersionKey "FileDescription" "${DESCRIPTION}"
VIAddVersionKey "LegalCopyright" "${LICENCE}"

!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "English"

; A program that runs cannot be replaced. Nothing is changed before that is known.
!macro StopWhileItRuns
    ${If} ${FileExists} "${PROGRAM}"
        ClearErrors
        FileOpen $0 "${PROGRAM}" a
        ${If} ${Errors}
            SetErrorLevel 2
            MessageBox MB_OK|MB_ICONEXCLAMATION "${NAME} runs. Quit it first, then do this again." /SD IDOK
            Quit
        ${EndIf}
        FileClose $0
    ${EndIf}
!macroend

Section
    !insertmacro StopWhileItRuns
    ${If} ${FileExists} "${REMOVER}" ; each version knows its own files, and only these
        ExecWait '"${REMOVER}" /S _?=$INSTDIR'
    ${EndIf}
    !insertmacro PutPayload
    SetOutPath "$INSTDIR"
    WriteUninstaller "${REMOVER}"
    CreateShortcut "${LINK}" "${PROGRAM}"
    WriteRegStr HKCU "${KEY}" "DisplayName" "${NAME}"
    WriteRegStr HKCU "${KEY}" "DisplayVersion" "${VERSION}"
    WriteRegStr HKCU "${KEY}" "DisplayIcon" "${PROGRAM}"
    WriteRegStr HKCU "${KEY}" "Publisher" "LLM Gateway Desktop"
    WriteRegStr HKCU "${KEY}" "InstallLocation" "$INSTDIR"
    WriteRegStr HKCU "${KEY}" "UninstallString" '"${REMOVER}"'
    WriteRegStr HKCU "${KEY}" "QuietUninstallString" '"${REMOVER}" /S'
    SectionGetSize 0 $0
    WriteRegDWORD HKCU "${KEY}" "EstimatedSize" $0
    WriteRegDWORD HKCU "${KEY}" "NoModify" 1
    WriteRegDWORD HKCU "${KEY}" "NoRepair" 1
SectionEnd

; What a person keeps lies elsewhere (LOCALAPPDATA\llmgw-desktop) and stays, and so does whatever
; else is in the folder: it goes only if it is empty.
Section "Uninstall"
    !insertmacro StopWhileItRuns
    !insertmacro TakePayload
    Delete "${LINK}"
    DeleteRegKey HKCU "${KEY}"
    Delete "${REMOVER}"
    SetOutPath "$TEMP"
    RMDir "$INSTDIR"
SectionEnd
